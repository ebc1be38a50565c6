import { useCallback, useState } from 'react';

import { type ApiError, toApiError } from '../api/errors';

/** Where something that the user set off stands. */
export type ActionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running' }
  | { readonly kind: 'failed'; readonly error: ApiError };

/** Runs `action` at a user's wish; says whether it is under way, and how it failed. Resolves to whether it went well. */
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
