import { type ComponentType, createElement, useCallback } from 'react';

import { unreachable } from '../../api/errors';
import { useResource } from '../../hooks/useResource';
import { LoadFailure } from './LoadFailure';
import { Loading } from './Loading';

/**
 * A part of the panel whose code comes when it is first shown.
 *
 * React's own `lazy` keeps a failure for ever and throws it at the whole panel; here it is said in the part's place, and
 * the code is asked for again when a person wishes it or the connection comes back.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
  waiting = 'Loading…',
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;

  async function get(): Promise<ComponentType<Props>> {
    try {
      loaded ??= (await load()).default;
    } catch {
      throw unreachable();
    }
    return loaded;
  }

  function Coming(props: Props) {
    const { state, again } = useResource(useCallback(get, []));
    if (state.kind === 'failed') {
      return createElement(LoadFailure, { error: state.error, onRetry: again });
    }
    if (state.kind === 'loading') {
      return createElement(Loading, null, waiting);
    }
    return createElement(state.value, props);
  }

  return function Part(props: Props) {
    return createElement(loaded ?? Coming, props);
  };
}
