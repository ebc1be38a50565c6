import { useCallback } from 'react';

import { getDatasetSamples } from '../../../api/datasets';
import { useResource } from '../../../hooks/useResource';
import { useUpdates } from '../../../hooks/useUpdates';
import type { SampleListResponse } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';

/** The number of samples on a page. */
export const SAMPLES_PER_PAGE = 50;
const POLL_MS = 700;

/**
 * Load the page of samples that `route` names; poll it while the server still counts the total.
 *
 * `samples` is the previous page until the next one is loaded, so that the layout does not jump.
 */
export function useSamples(route: DatasetRoute) {
  const { id, split, page, search, mode, matchCase, minTokens, maxTokens, tokenization, orderBy } = route;
  // The address is parsed again for every render: only the text of the conditions says whether they have changed.
  const conditions = JSON.stringify(route.where);
  const load = useCallback(
    (signal: AbortSignal) => {
      const searchQuery = search === '' ? {} : { search, mode, case: mode === 'words' ? null : matchCase };
      const where = JSON.parse(conditions) as readonly string[];
      const tokens = { min_tokens: minTokens, max_tokens: maxTokens, tokenization };
      const query = { split, ...searchQuery, ...tokens, where, order_by: orderBy };
      return getDatasetSamples(id, { page, limit: SAMPLES_PER_PAGE, ...query }, signal);
    },
    [id, split, page, search, mode, matchCase, minTokens, maxTokens, tokenization, conditions, orderBy],
  );
  const { state, lastValue, reload } = useResource(load);
  const first = state.kind === 'loaded' ? state.value : null;
  const latest = useUpdates(first, { load, isFinal: hasExactTotal, pause: POLL_MS });
  return { state, samples: first === null ? lastValue : latest, reload };
}

function hasExactTotal({ search }: SampleListResponse): boolean {
  return search.exact_total;
}
