import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';

import { selectList, useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset } from '../../../types/dataset';
import { assertNever } from '../../../utils/assertNever';
import { formatCount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { LoadFailure } from '../../common/LoadFailure';
import { DatasetCard } from './DatasetCard';
import type { Selection } from './useSelection';

interface DatasetListProps {
  readonly onOpen: (id: string) => void;
  readonly onDelete: (dataset: Dataset) => void;
  readonly selection: Selection;
  /** The import buttons, shown while the list is empty. */
  readonly children: ReactNode;
}

/** The datasets, newest first, or why there are none. */
export function DatasetList({ children, ...props }: DatasetListProps) {
  const list = useDatasetsStore(useShallow(selectList));
  const fetchDatasets = useDatasetsStore((state) => state.fetchDatasets);
  switch (list.kind) {
    case 'loading':
      return <Placeholder />;
    case 'failed':
      return <LoadFailure error={list.error} onRetry={() => void fetchDatasets()} />;
    case 'loaded':
      return list.value.length === 0 ? (
        <EmptyList>{children}</EmptyList>
      ) : (
        <DatasetCards datasets={list.value} {...props} />
      );
    default:
      return assertNever(list);
  }
}

function DatasetCards({
  datasets,
  selection,
  ...props
}: Omit<DatasetListProps, 'children'> & { readonly datasets: readonly Dataset[] }) {
  return (
    <div className="space-y-4">
      <ul aria-label="Datasets" className="grid gap-4">
        {datasets.map((dataset) => (
          <li key={dataset.id} className="min-w-0">
            <DatasetCard
              dataset={dataset}
              selected={selection.active ? selection.has(dataset.id) : null}
              onSelect={selection.toggle}
              {...props}
            />
          </li>
        ))}
      </ul>
      <LoadMore />
    </div>
  );
}

function LoadMore() {
  const { listedCount, total, loading, error, fetchDatasets, fetchMoreDatasets } = useDatasetsStore(
    useShallow(({ datasets, total, loading, error, fetchDatasets, fetchMoreDatasets }) => {
      return { listedCount: datasets.length, total, loading, error, fetchDatasets, fetchMoreDatasets };
    }),
  );
  return (
    <>
      {error !== null && <LoadFailure error={error} onRetry={() => void fetchDatasets()} />}
      {listedCount < total && (
        <div className="flex items-center justify-between gap-4">
          <p className="text-sm text-slate-400">
            Showing {formatCount(listedCount)} of {formatCount(total)}
          </p>
          <Button look="quiet" disabled={loading} onClick={() => void fetchMoreDatasets()}>
            {loading ? 'Loading…' : 'Load more'}
          </Button>
        </div>
      )}
    </>
  );
}

function EmptyList({ children }: Pick<DatasetListProps, 'children'>) {
  return (
    <div className="flex flex-col items-center gap-4 py-8 text-sm text-slate-400 text-center">
      <p>
        No datasets yet. Enter a repository such as roneneldan/TinyStories above and press Download, or drop a
        file here.
      </p>
      {children}
    </div>
  );
}

function Placeholder() {
  return (
    <div role="status" className="grid gap-4">
      <span className="sr-only">Loading datasets…</span>
      <div className="h-24 bg-slate-900/50 border border-slate-800 rounded-lg animate-pulse motion-reduce:animate-none" />
    </div>
  );
}
