import { useCallback, useEffect, useState } from 'react';

import { type ApiError, isAbort, toApiError } from '../api/errors';
import { useConnectionStore } from '../stores/connectionStore';
import type { Async } from '../types/async';

interface Result<Value> {
  readonly load: unknown;
  readonly state: Async<Value, ApiError>;
  readonly last: Value | null;
}

const LOADING = { kind: 'loading' } as const;

interface Resource<Value> {
  readonly state: Async<Value, ApiError>;
  /** What was last got: while something else is being got, it may stand in its place. */
  readonly lastValue: Value | null;
  readonly reload: () => void;
}

/**
 * What `load` answers, got anew whenever `load` changes and when a lost connection comes back; an answer that is overtaken
 * is dropped.
 *
 * `load` must be kept by useCallback. `again` asks once more.
 */
export function useResource<Value>(load: (signal: AbortSignal) => Promise<Value>): Resource<Value> {
  const [attempt, setAttempt] = useState(0);
  const reconnects = useConnectionStore((state) => state.reconnects);
  const [result, setResult] = useState<Result<Value>>({ load, state: LOADING, last: null });
  useEffect(() => {
    const controller = new AbortController();
    load(controller.signal)
      .then((value) => {
        if (!controller.signal.aborted) setResult({ load, state: { kind: 'loaded', value }, last: value });
      })
      .catch((error: unknown) => {
        if (!controller.signal.aborted && !isAbort(error)) {
          setResult({ load, state: { kind: 'failed', error: toApiError(error) }, last: null });
        }
      });
    return () => controller.abort();
  }, [load, attempt, reconnects]);
  const reload = useCallback(() => {
    setResult({ load, state: LOADING, last: null });
    setAttempt((count) => count + 1);
  }, [load]);
  // An answer to what is no longer asked says nothing about what is.
  return { state: result.load === load ? result.state : LOADING, lastValue: result.last, reload };
}
