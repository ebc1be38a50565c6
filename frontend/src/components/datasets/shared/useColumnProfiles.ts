import { useCallback } from 'react';

import { getColumns, profileColumns } from '../../../api/datasets';
import { useResource } from '../../../hooks/useResource';
import { useUpdates } from '../../../hooks/useUpdates';
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
  const update = useCallback((signal: AbortSignal) => getColumns(datasetId, signal), [datasetId]);
  return useUpdates(first, { load: update, isFinal: isComputed, pause: POLL_MS });
}

async function loadOrRequest(
  datasetId: string,
  isWanted: boolean,
  signal: AbortSignal,
): Promise<ColumnsResponse> {
  const present = await getColumns(datasetId, signal);
  return isWanted && present.state === 'none' ? profileColumns(datasetId) : present;
}

function isComputed({ state }: ColumnsResponse): boolean {
  return state !== 'building';
}
