import { useCallback, useEffect, useState } from 'react';

import { type ApiError, isAbort, toApiError } from '../api/errors';
import { useConnectionStore } from '../stores/connectionStore';
import type { Async } from '../types/async';

interface Result<Value> {
  /** The function that gave this result. */
  readonly load: Load<Value>;
  readonly state: Async<Value, ApiError>;
  readonly lastValue: Value | null;
}

type Load<Value> = (signal: AbortSignal) => Promise<Value>;

const LOADING = { kind: 'loading' } as const;

interface Resource<Value> {
  readonly state: Async<Value, ApiError>;
  /** The last loaded value, to be shown while the next one loads. */
  readonly lastValue: Value | null;
  readonly reload: () => void;
}

/**
 * Return what `load` returns, and load it again when `load` changes and after a reconnect; stale responses are ignored.
 *
 * `load` must be memoized with useCallback.
 */
export function useResource<Value>(load: Load<Value>): Resource<Value> {
  const [attempt, setAttempt] = useState(0);
  const reconnects = useConnectionStore((state) => state.reconnects);
  const [result, setResult] = useState<Result<Value>>({ load, state: LOADING, lastValue: null });
  useEffect(() => {
    const controller = new AbortController();
    void run(load, controller.signal).then((next) => next !== null && setResult(next));
    return () => controller.abort();
  }, [load, attempt, reconnects]);
  const reload = useCallback(() => {
    setResult({ load, state: LOADING, lastValue: null });
    setAttempt((count) => count + 1);
  }, [load]);
  // A result of the previous `load` is stale.
  return { state: result.load === load ? result.state : LOADING, lastValue: result.lastValue, reload };
}

/** Run `load` and return its result; null if it was aborted. */
async function run<Value>(load: Load<Value>, signal: AbortSignal): Promise<Result<Value> | null> {
  try {
    const value = await load(signal);
    return signal.aborted ? null : { load, state: { kind: 'loaded', value }, lastValue: value };
  } catch (error) {
    if (signal.aborted || isAbort(error)) return null;
    return { load, state: { kind: 'failed', error: toApiError(error) }, lastValue: null };
  }
}
