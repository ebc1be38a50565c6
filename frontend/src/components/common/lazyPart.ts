import { type ComponentType, createElement, useCallback } from 'react';

import { createUnreachableError } from '../../api/errors';
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
    return createElement(loaded ?? PendingPart, props);
  };
}

/**
 * The part's code, asked for a second time where it does not come. Code that throws while it is evaluated throws the very
 * same again: that is a defect, which the part then throws where it is shown. What could not be fetched fails anew.
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
