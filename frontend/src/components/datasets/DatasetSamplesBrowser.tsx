import { useEffect, useRef } from 'react';

import type { DatasetRoute } from '../../hooks/useRoute';
import { SAMPLES_PER_PAGE, useSamples } from '../../hooks/useSamples';
import type { DatasetDetail, SampleListResponse } from '../../types/dataset';
import { LoadFailure } from '../common/LoadFailure';
import { linkButton } from '../common/styles';
import { SampleCard } from './SampleCard';
import { SamplesPager } from './SamplesPager';
import { SplitSelect } from './SplitSelect';

interface DatasetSamplesBrowserProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** The dataset's rows, a page at a time; split and page stand in the address. */
export function DatasetSamplesBrowser({ dataset, route, onNavigate }: DatasetSamplesBrowserProps) {
  const { split, page } = route;
  const { state, last, again } = useSamples(dataset.id, split, page);
  // The page before stays in sight until the next one is there, so that nothing jumps.
  const shown = state.kind === 'loaded' ? state.value : last;
  const goTo = (next: number): void => onNavigate({ ...route, page: next });
  return (
    <div className="space-y-4">
      <div className="flex gap-3">
        <SplitSelect
          splits={dataset.splits.map(({ name }) => name)}
          value={split}
          onChange={(next) => onNavigate({ ...route, split: next, page: 1 })}
        />
      </div>
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={again} />}
      {state.kind === 'loading' && shown === null && <p role="status">Loading samples…</p>}
      {state.kind !== 'failed' && shown !== null && (
        <Page datasetId={dataset.id} samples={shown} busy={state.kind === 'loading'} onPage={goTo} />
      )}
    </div>
  );
}

interface PageProps {
  readonly datasetId: string;
  readonly samples: SampleListResponse;
  readonly busy: boolean;
  readonly onPage: (page: number) => void;
}

function Page({ datasetId, samples, busy, onPage }: PageProps) {
  const { data, pagination } = samples;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const panel = list.current?.closest('[role="tabpanel"]');
    if (panel) panel.scrollTop = 0;
  }, [pagination.page]);
  if (pagination.total === 0) {
    return <p className="text-sm text-slate-400 py-4">There are no samples here.</p>;
  }
  return (
    <>
      {data.length === 0 && <BeyondTheEnd total={pagination.total} onPage={onPage} />}
      <ul
        ref={list}
        aria-label="Samples"
        aria-busy={busy}
        className={`space-y-3 ${busy ? 'opacity-60' : ''}`}
      >
        {data.map((sample) => (
          <li key={`${sample.split}/${sample.row}`}>
            <SampleCard datasetId={datasetId} sample={sample} />
          </li>
        ))}
      </ul>
      <SamplesPager pagination={pagination} shown={data.length} onPage={onPage} />
    </>
  );
}

function BeyondTheEnd({
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
