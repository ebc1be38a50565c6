import { useEffect, useRef } from 'react';

import type { DatasetDetail, SampleListResponse } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';
import { findNewestReady } from '../../../utils/tokenizations';
import { LoadFailure } from '../../common/LoadFailure';
import { Loading } from '../../common/Loading';
import { linkButton } from '../../common/styles';
import { explainEmpty, hasTokenRange } from './explainEmpty';
import { SampleCard } from './SampleCard';
import { SampleFilters } from './SampleFilters';
import { SamplesPager } from './SamplesPager';
import { SAMPLES_PER_PAGE, useSamples } from './useSamples';

interface DatasetSamplesBrowserProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** The dataset's samples, one page at a time; the address holds split, page and filters. */
export function DatasetSamplesBrowser({ dataset, route, onNavigate }: DatasetSamplesBrowserProps) {
  const { state, last, reload } = useSamples(route);
  // The previous page stays visible until the next one is loaded, so that the layout does not jump.
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
          dataset={dataset}
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
  readonly dataset: DatasetDetail;
  readonly samples: SampleListResponse;
  /** The tokenization whose tokens an expanded sample shows; null if there is none. */
  readonly tokenization: string | null;
  readonly route: DatasetRoute;
  /** What the panel is doing while these samples are not yet those of `route`; null if they are. */
  readonly pendingText: string | null;
  readonly onPage: (page: number) => void;
}

function SamplePage({ dataset, samples, tokenization, route, pendingText, onPage }: SamplePageProps) {
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
        {explainEmpty(route, dataset)}
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
            <SampleCard datasetId={dataset.id} sample={sample} tokenization={tokenization} />
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
  return route.search !== '' || hasTokenRange(route);
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
      This page is past the last sample.{' '}
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
