import { useCallback, useState } from 'react';

import { type ApiError, toApiError } from '../api/errors';

/** The state of an action that a user started. */
export type ActionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** Return the state of `action` and a function that runs it; the function resolves to whether it succeeded. */
export function useAction<Args extends unknown[]>(
  action: (...args: Args) => Promise<unknown>,
): readonly [ActionState, (...args: Args) => Promise<boolean>] {
  const [state, setState] = useState<ActionState>({ kind: 'idle' });
  const run = useCallback(
    async (...args: Args) => {
      setState({ kind: 'running' });
      try {
        await action(...args);
        setState({ kind: 'idle' });
        return true;
      } catch (error) {
        setState({ kind: 'failed', error: toApiError(error) });
        return false;
      }
    },
    [action],
  );
  return [state, run];
}
