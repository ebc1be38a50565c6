import { useCallback } from 'react';

import { useDebounced } from './useDebounced';
import { useResource } from './useResource';

const DEBOUNCE_MS = 300;

interface Form<Request> {
  /** Why the form cannot be sent; null if it can. */
  readonly problem: string | null;
  readonly request: Request;
}

interface Previewed<Preview> {
  /** What the request would give; null while that is being asked for. */
  readonly preview: Preview | null;
  /** What the request before would have given, to be shown meanwhile. */
  readonly lastPreview: Preview | null;
  /** Why the server refuses the request. */
  readonly failure: string | null;
}

/**
 * Return what a form's request would give, asked for by `ask` once the user pauses; its name makes no difference.
 *
 * `ask` must be memoized.
 */
export function usePreview<Request extends object, Preview>(
  { problem, request }: Form<Request>,
  ask: (request: Request, signal: AbortSignal) => Promise<Preview>,
): Previewed<Preview> {
  const body = useDebounced(
    problem === null ? JSON.stringify({ ...request, name: undefined }) : '',
    DEBOUNCE_MS,
  );
  const { state, lastValue } = useResource(
    useCallback(
      async (signal: AbortSignal) => (body === '' ? null : ask(JSON.parse(body) as Request, signal)),
      [body, ask],
    ),
  );
  return {
    preview: state.kind === 'loaded' ? state.value : null,
    lastPreview: lastValue,
    failure: state.kind === 'failed' ? state.error.detail : null,
  };
}
