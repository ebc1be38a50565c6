import { type ComponentType, createElement, useCallback, useState } from 'react';

import { createUnreachableError } from '../../api/errors';
import { useResource } from '../../hooks/useResource';
import { LoadFailure } from './LoadFailure';
import { Loading } from './Loading';

/**
 * Return a component whose code is loaded when it is first shown.
 *
 * React's `lazy` keeps a failure forever and throws it at the whole panel. This shows the failure in the component's
 * place, and loads the code again on request or after a reconnect.
 */
export function lazyPart<Props extends object>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
  loadingText = 'Loading…',
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;

  async function get(): Promise<ComponentType<Props>> {
    loaded ??= await loadCode(load);
    return loaded;
  }

  function PendingPart(props: Props) {
    const { state, reload } = useResource(useCallback(get, []));
    if (state.kind === 'failed') {
      return createElement(LoadFailure, { error: state.error, onRetry: reload });
    }
    if (state.kind === 'loading') {
      return createElement(Loading, null, loadingText);
    }
    return createElement(state.value, props);
  }

  return function LazyPart(props: Props) {
    // Chosen once: another type would mount the component again, and lose what the user has typed.
    const [part] = useState<ComponentType<Props>>(() => loaded ?? PendingPart);
    return createElement(part, props);
  };
}

/**
 * Load the code, with a second attempt after a failure.
 *
 * Code that throws while it is evaluated throws the same error again: that is a defect, which the component then throws
 * where it is shown. A failed request gives a new error.
 */
async function loadCode<Props>(
  load: () => Promise<{ readonly default: ComponentType<Props> }>,
): Promise<ComponentType<Props>> {
  const tryLoad = (): Promise<ComponentType<Props> | Failure> =>
    load().then(
      (module) => module.default,
      (error: unknown) => ({ error }),
    );
  const first = await tryLoad();
  if (!isFailure(first)) return first;
  const second = await tryLoad();
  if (!isFailure(second)) return second;
  if (second.error !== first.error) throw createUnreachableError();
  return function DefectivePart(): never {
    throw first.error;
  };
}

interface Failure {
  readonly error: unknown;
}

function isFailure(answer: object): answer is Failure {
  return 'error' in answer;
}
