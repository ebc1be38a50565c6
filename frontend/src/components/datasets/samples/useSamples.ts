import { useCallback, useEffect, useState } from 'react';

import { getDatasetSamples } from '../../../api/datasets';
import { isAbort, toApiError } from '../../../api/errors';
import { useResource } from '../../../hooks/useResource';
import type { SampleListResponse } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';

/** The number of samples on a page. */
export const SAMPLES_PER_PAGE = 50;
const POLL_MS = 700;

type Load = (signal: AbortSignal) => Promise<SampleListResponse>;

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
  const latest = useExactTotal(first, load);
  return { state, samples: first === null ? lastValue : latest, reload };
}

/** Return `first`, or a later response to the same request with a more exact total. */
function useExactTotal(first: SampleListResponse | null, load: Load): SampleListResponse | null {
  const [update, setUpdate] = useState<{ of: SampleListResponse; value: SampleListResponse } | null>(null);
  const latest = update !== null && update.of === first ? update.value : first;
  useEffect(() => {
    if (first === null || latest === null || latest.search.exact_total) {
      return;
    }
    return loadLater(load, (value) => setUpdate({ of: first, value }));
  }, [first, latest, load]);
  return latest;
}

/** Load once more after a pause; return a function that cancels it. */
function loadLater(load: Load, onLoaded: (value: SampleListResponse) => void): () => void {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    load(controller.signal)
      .then(onLoaded)
      .catch((error: unknown) => {
        // Keep showing the page even if its total cannot be loaded.
        if (!isAbort(error)) toApiError(error);
      });
  }, POLL_MS);
  return () => {
    clearTimeout(timer);
    controller.abort();
  };
}
