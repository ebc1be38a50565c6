import { useEffect, useRef } from 'react';

import type { DatasetDetail, SampleListResponse } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';
import { findNewestReady } from '../../../utils/tokenizations';
import { LoadFailure } from '../../common/LoadFailure';
import { Loading } from '../../common/Loading';
import { linkButton } from '../../common/styles';
import { SampleCard } from './SampleCard';
import { SampleFilters } from './SampleFilters';
import { SamplesPager } from './SamplesPager';
import { SAMPLES_PER_PAGE, useSamples } from './useSamples';

interface DatasetSamplesBrowserProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** The dataset's rows, a page at a time; split and page stand in the address. */
export function DatasetSamplesBrowser({ dataset, route, onNavigate }: DatasetSamplesBrowserProps) {
  const { state, last, reload } = useSamples(route);
  // The page before stays in sight until the next one is there, so that nothing jumps.
  const samples = last;
  const goTo = (next: number): void => onNavigate({ ...route, page: next });
  return (
    <div className="space-y-4">
      <SampleFilters
        dataset={dataset}
        route={route}
        onChange={(changes) => onNavigate({ ...route, ...changes, page: 1 })}
      />
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={reload} />}
      {state.kind === 'loading' && samples === null && <Loading>Loading samples…</Loading>}
      {state.kind !== 'failed' && samples !== null && (
        <SamplePage
          datasetId={dataset.id}
          samples={samples}
          tokenization={route.tokenization ?? findNewestReady(dataset)}
          route={route}
          pendingText={state.kind === 'loading' ? (isFiltered(route) ? 'Searching…' : 'Loading…') : null}
          onPage={goTo}
        />
      )}
    </div>
  );
}

interface SamplePageProps {
  readonly datasetId: string;
  readonly samples: SampleListResponse;
  /** Whose tokens an opened sample shows; null: there are none. */
  readonly tokenization: string | null;
  readonly route: DatasetRoute;
  /** What is being done while these samples stand in for those that `route` names. */
  readonly pendingText: string | null;
  readonly onPage: (page: number) => void;
}

function SamplePage({ datasetId, samples, tokenization, route, pendingText, onPage }: SamplePageProps) {
  const { data, pagination, search } = samples;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const panel = list.current?.closest('[role="tabpanel"]');
    if (panel) panel.scrollTop = 0;
  }, [pagination.page]);
  if (pagination.total === 0 && search.exact_total) {
    if (pendingText !== null) {
      return <Loading>{pendingText}</Loading>;
    }
    return (
      <p role="status" className="text-sm text-slate-400 py-4">
        {explainEmpty(route)}
      </p>
    );
  }
  return (
    <>
      {data.length === 0 && search.exact_total && pendingText === null && (
        <PageBeyondEnd total={pagination.total} onPage={onPage} />
      )}
      <ul
        ref={list}
        aria-label="Samples"
        aria-busy={pendingText !== null}
        className={`space-y-3 ${pendingText === null ? '' : 'opacity-60'}`}
      >
        {data.map((sample) => (
          <li key={`${sample.split}/${sample.row}/${tokenization ?? ''}`}>
            <SampleCard datasetId={datasetId} sample={sample} tokenization={tokenization} />
          </li>
        ))}
      </ul>
      <SamplesPager
        pagination={pagination}
        exact={search.exact_total}
        sampleCount={data.length}
        pendingText={pendingText}
        onPage={onPage}
      />
    </>
  );
}

function isFiltered(route: DatasetRoute): boolean {
  return route.search !== '' || hasRange(route);
}

function hasRange({ minTokens, maxTokens }: DatasetRoute): boolean {
  return minTokens !== null || maxTokens !== null;
}

/** Why there is nothing, and what to do. */
function explainEmpty(route: DatasetRoute): string {
  const { search, minTokens, maxTokens } = route;
  if (minTokens !== null && maxTokens !== null && minTokens > maxTokens) {
    return 'No sample can be that long: the length in tokens begins above its end. Swap the two numbers.';
  }
  if (search !== '') {
    const range = hasRange(route) ? ', in a wider range of lengths' : '';
    return `Nothing was found. Search for less${range}, or in all splits.`;
  }
  return hasRange(route)
    ? 'No sample here has a length in this range. Widen it.'
    : 'There are no samples here.';
}

function PageBeyondEnd({
  total,
  onPage,
}: {
  readonly total: number;
  readonly onPage: (page: number) => void;
}) {
  return (
    <p className="text-sm text-slate-400 py-4">
      This page is beyond the last sample.{' '}
      <button
        type="button"
        onClick={() => onPage(Math.ceil(total / SAMPLES_PER_PAGE))}
        className={linkButton}
      >
        Go to the last page
      </button>
    </p>
  );
}
