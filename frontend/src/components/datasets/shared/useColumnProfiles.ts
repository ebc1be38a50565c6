import { useCallback, useEffect, useState } from 'react';

import { getColumns, profileColumns } from '../../../api/datasets';
import { isAbort, toApiError } from '../../../api/errors';
import { useResource } from '../../../hooks/useResource';
import type { ColumnsResponse } from '../../../types/dataset';

const POLL_MS = 1_500;

/**
 * Return the profiles of the dataset's columns, or how far they are; null until that is known, or where it fails.
 *
 * With `isWanted`, they are requested if nobody has had them computed yet.
 */
export function useColumnProfiles(datasetId: string, isWanted: boolean): ColumnsResponse | null {
  const load = useCallback(
    (signal: AbortSignal) => loadOrRequest(datasetId, isWanted, signal),
    [datasetId, isWanted],
  );
  const { state } = useResource(load);
  const first = state.kind === 'loaded' ? state.value : null;
  const [update, setUpdate] = useState<{ of: ColumnsResponse; value: ColumnsResponse } | null>(null);
  const latest = update !== null && update.of === first ? update.value : first;
  useEffect(() => {
    if (first === null || latest?.state !== 'building') return;
    return poll(datasetId, (value) => setUpdate({ of: first, value }));
  }, [datasetId, first, latest]);
  return latest;
}

async function loadOrRequest(
  datasetId: string,
  isWanted: boolean,
  signal: AbortSignal,
): Promise<ColumnsResponse> {
  const present = await getColumns(datasetId, signal);
  return isWanted && present.state === 'none' ? profileColumns(datasetId) : present;
}

/** Load once more after a pause; return a function that cancels it. */
function poll(datasetId: string, onLoaded: (value: ColumnsResponse) => void): () => void {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    getColumns(datasetId, controller.signal)
      .then(onLoaded)
      .catch((error: unknown) => {
        // The table is of use without the profiles.
        if (!isAbort(error)) toApiError(error);
      });
  }, POLL_MS);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}
