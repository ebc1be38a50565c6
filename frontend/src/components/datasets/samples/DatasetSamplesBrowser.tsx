import { type RefObject, useEffect, useRef } from 'react';

import type { DatasetDetail, SampleListResponse } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';
import { findNewestReady } from '../../../utils/tokenizations';
import { Button } from '../../common/Button';
import { lazyPart } from '../../common/lazyPart';
import { LoadFailure } from '../../common/LoadFailure';
import { Loading } from '../../common/Loading';
import { explainEmpty, hasTokenRange } from './explainEmpty';
import { SampleCard } from './SampleCard';
import { SampleFilters } from './SampleFilters';
import { SamplesPager } from './SamplesPager';
import { SaveButton } from './saving/SaveButton';
import { ConditionBar } from './table/ConditionBar';
import { LayoutSwitch } from './table/LayoutSwitch';
import { SAMPLES_PER_PAGE, useSamples } from './useSamples';

/** The code of the table is loaded when it is first shown. */
const SamplesTable = lazyPart(() => import('./table/SamplesTable'), 'Loading the table…');

interface DatasetSamplesBrowserProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** The dataset's samples, one page at a time; the address holds split, page and filters. */
export function DatasetSamplesBrowser({ dataset, route, onNavigate }: DatasetSamplesBrowserProps) {
  const { state, samples, reload } = useSamples(route);
  return (
    <div className="space-y-4">
      <SampleFilters
        dataset={dataset}
        route={route}
        onChange={(changes) => onNavigate({ ...route, ...changes, page: 1 })}
      />
      <div className="flex flex-wrap items-start gap-3">
        <LayoutSwitch
          value={route.layout}
          onChange={(layout) => onNavigate({ ...route, layout, sample: null })}
        />
        <ConditionBar
          dataset={dataset}
          route={route}
          onChange={(changes) => onNavigate({ ...route, ...changes, page: 1 })}
        />
        <SaveButton route={route} onNavigate={onNavigate} />
      </div>
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={reload} />}
      {state.kind === 'loading' && samples === null && <Loading>Loading samples…</Loading>}
      {state.kind !== 'failed' && samples !== null && (
        <SamplePage
          dataset={dataset}
          samples={samples}
          route={route}
          pendingText={state.kind === 'loading' ? describePending(route) : null}
          onPage={(page) => onNavigate({ ...route, page })}
          onNavigate={onNavigate}
        />
      )}
    </div>
  );
}

interface SamplePageProps {
  readonly dataset: DatasetDetail;
  readonly samples: SampleListResponse;
  readonly route: DatasetRoute;
  /** What the panel is doing while these samples are not yet those of `route`; null if they are. */
  readonly pendingText: string | null;
  readonly onPage: (page: number) => void;
  readonly onNavigate: (route: DatasetRoute) => void;
}

function SamplePage({ dataset, samples, route, pendingText, onPage, onNavigate }: SamplePageProps) {
  const { data, pagination, search } = samples;
  const isTable = route.layout === 'table';
  if (pagination.total === 0 && search.exact_total && !(isTable && pendingText !== null)) {
    return <NoSamples dataset={dataset} route={route} pendingText={pendingText} />;
  }
  return (
    <>
      {data.length === 0 && search.exact_total && pendingText === null && (
        <PageBeyondEnd total={pagination.total} onPage={onPage} />
      )}
      {isTable ? (
        <SamplesTable
          dataset={dataset}
          samples={samples}
          route={route}
          busy={pendingText !== null}
          onNavigate={onNavigate}
        />
      ) : (
        <SampleList dataset={dataset} samples={samples} route={route} pendingText={pendingText} />
      )}
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

function NoSamples({
  dataset,
  route,
  pendingText,
}: Pick<SamplePageProps, 'dataset' | 'route' | 'pendingText'>) {
  return pendingText === null ? (
    <p role="status" className="text-sm text-slate-400 py-4">
      {explainEmpty(route, dataset)}
    </p>
  ) : (
    <Loading>{pendingText}</Loading>
  );
}

function SampleList({
  dataset,
  samples,
  route,
  pendingText,
}: Omit<SamplePageProps, 'onPage' | 'onNavigate'>) {
  const list = useScrollToTop(samples.pagination.page);
  const tokenization = route.tokenization ?? findNewestReady(dataset);
  const isPending = pendingText !== null;
  return (
    <ul
      ref={list}
      aria-label="Samples"
      aria-busy={isPending}
      className={`space-y-3 ${isPending ? 'opacity-60' : ''}`}
    >
      {samples.data.map((sample) => (
        <li key={`${sample.split}/${sample.row}/${tokenization ?? ''}`}>
          <SampleCard datasetId={dataset.id} sample={sample} tokenization={tokenization} />
        </li>
      ))}
    </ul>
  );
}

/** Scroll the tab to the top when the page changes. */
function useScrollToTop(page: number): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const panel = list.current?.closest('[role="tabpanel"]');
    if (panel) panel.scrollTop = 0;
  }, [page]);
  return list;
}

function PageBeyondEnd({ total, onPage }: Pick<SamplePageProps, 'onPage'> & { readonly total: number }) {
  const lastPage = Math.ceil(total / SAMPLES_PER_PAGE);
  return (
    <p className="text-sm text-slate-400 py-4">
      This page is past the last sample.{' '}
      <Button look="link" onClick={() => onPage(lastPage)}>
        Go to the last page
      </Button>
    </p>
  );
}

function describePending(route: DatasetRoute): string {
  return route.search !== '' || hasTokenRange(route) ? 'Searching…' : 'Loading…';
}
