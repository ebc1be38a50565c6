import { useCallback } from 'react';

import { getDatasetSamples } from '../api/datasets';
import { useResource } from './useResource';

/** How many samples a page has. */
export const SAMPLES_PER_PAGE = 50;

/** Page `page` (from 1) of the samples of a dataset; `split` null: of all splits. */
export function useSamples(datasetId: string, split: string | null, page: number) {
  const load = useCallback(
    (signal: AbortSignal) => {
      const query = { page, limit: SAMPLES_PER_PAGE, ...(split === null ? {} : { split }) };
      return getDatasetSamples(datasetId, query, signal);
    },
    [datasetId, split, page],
  );
  return useResource(load);
}
