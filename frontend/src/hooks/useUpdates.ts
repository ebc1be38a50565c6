import { useEffect, useState } from 'react';

import { isAbort, toApiError } from '../api/errors';

type Load<Value> = (signal: AbortSignal) => Promise<Value>;

interface UpdateOptions<Value> {
  readonly load: Load<Value>;
  /** Whether a value will change no more. */
  readonly isFinal: (value: Value) => boolean;
  /** The pause before each load, in milliseconds. */
  readonly pause: number;
}

/**
 * Return `first`, or what `load` has returned since; it is called after each pause until a value is final.
 *
 * `load` must be memoized with useCallback, and `isFinal` must be a constant.
 */
export function useUpdates<Value extends object>(
  first: Value | null,
  { load, isFinal, pause }: UpdateOptions<Value>,
): Value | null {
  const [update, setUpdate] = useState<{ of: Value; value: Value } | null>(null);
  const latest = update !== null && update.of === first ? update.value : first;
  useEffect(() => {
    if (first === null || latest === null || isFinal(latest)) {
      return;
    }
    return loadLater(load, pause, (value) => setUpdate({ of: first, value }));
  }, [first, latest, load, isFinal, pause]);
  return latest;
}

/** Load once after a pause; return a function that cancels it. */
function loadLater<Value>(load: Load<Value>, pause: number, onLoaded: (value: Value) => void): () => void {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    load(controller.signal)
      .then(onLoaded)
      .catch((error: unknown) => {
        // What is shown is of use without its update.
        if (!isAbort(error)) toApiError(error);
      });
  }, pause);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}
