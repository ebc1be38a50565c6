/** The state of the dataset list, and the pure functions that change it. */
import type { ApiError } from '../api/errors';
import type { Dataset, DatasetListResponse } from '../types/dataset';
import type { DatasetEvent, DatasetListEvent, DatasetSnapshot, ProgressEvent } from '../types/events';
import { assertNever } from '../utils/assertNever';
import { isWorking } from '../utils/datasets';
import { mergeDatasets, replaceDatasets } from './datasetList';
import { reduceDataset } from './datasetReducer';

type LatestProgress = Readonly<Record<string, ProgressEvent>>;

export interface DatasetsState {
  /** Newest first; as many pages as were requested. */
  readonly datasets: readonly Dataset[];
  /** The number of datasets on the server. */
  readonly total: number;
  readonly loading: boolean;
  readonly error: ApiError | null;
  /** Whether the list was loaded at least once. */
  readonly loaded: boolean;
  /** The number of changes from the socket; a response requested before a change may lack it. */
  readonly revision: number;
  /** The latest progress event of each running job; only it has the rate and the time left. */
  readonly latestProgress: LatestProgress;
}

/** The state before the first request. */
export const EMPTY_STATE: DatasetsState = {
  datasets: [],
  total: 0,
  loading: false,
  error: null,
  loaded: false,
  revision: 0,
  latestProgress: {},
};

/** Replace the list by these pages. */
export function applyList(
  state: DatasetsState,
  pages: readonly DatasetListResponse[],
): Partial<DatasetsState> {
  const incoming = mergeDatasets(
    [],
    pages.flatMap((page) => page.data),
  );
  const datasets = replaceDatasets(state.datasets, incoming);
  const total = pages.at(-1)?.pagination.total ?? datasets.length;
  return {
    datasets,
    total,
    loading: false,
    error: null,
    loaded: true,
    latestProgress: keepNewest(state.latestProgress, datasets),
  };
}

/** Add another page to the list; merging drops duplicates. */
export function appendPage(
  state: DatasetsState,
  { data, pagination }: DatasetListResponse,
): Partial<DatasetsState> {
  return { datasets: mergeDatasets(state.datasets, data), total: pagination.total, loading: false };
}

/** Count a change that came from the socket. */
export function countRevision(
  { revision }: DatasetsState,
  changes: Partial<DatasetsState>,
): Partial<DatasetsState> {
  return { ...changes, revision: revision + 1 };
}

/** Add this record, or replace its older version. */
export function upsertDataset(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  const isNew = !state.datasets.some(({ id }) => id === dataset.id);
  const datasets = mergeDatasets(state.datasets, [dataset]);
  return {
    datasets,
    total: state.total + (isNew ? 1 : 0),
    latestProgress: keepNewest(state.latestProgress, datasets),
  };
}

/** Replace the older version of this record; ignore a dataset that is not listed. */
export function updateListedDataset(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  return state.datasets.some(({ id }) => id === dataset.id) ? upsertDataset(state, dataset) : {};
}

/** Remove this dataset. */
export function removeDataset(state: DatasetsState, id: string): Partial<DatasetsState> {
  const datasets = state.datasets.filter((dataset) => dataset.id !== id);
  const removed = state.datasets.length - datasets.length;
  return {
    datasets,
    total: Math.max(0, state.total - removed),
    latestProgress: keepRunning(state.latestProgress, datasets),
  };
}

/** Apply the snapshot of one dataset; a null dataset was deleted. */
export function applyDatasetSnapshot(
  state: DatasetsState,
  { channel, dataset }: DatasetSnapshot,
): Partial<DatasetsState> {
  const id = channel.split('/')[1] ?? '';
  return dataset === null ? removeDataset(state, id) : updateListedDataset(state, dataset);
}

/** Apply an event about one dataset. */
export function applyDatasetEvent(state: DatasetsState, event: DatasetEvent): Partial<DatasetsState> {
  const datasets = state.datasets.map((dataset) => reduceDataset(dataset, event));
  if (datasets.every((dataset, index) => dataset === state.datasets[index])) {
    return {};
  }
  const isJobProgress = event.type === 'progress' && event.scope === 'dataset';
  const latestProgress = isJobProgress
    ? { ...state.latestProgress, [event.dataset_id]: event }
    : state.latestProgress;
  return { datasets, latestProgress: keepRunning(latestProgress, datasets) };
}

/** Apply an event about the list. */
export function applyListChange(state: DatasetsState, event: DatasetListEvent): Partial<DatasetsState> {
  switch (event.type) {
    case 'created':
      return upsertDataset(state, event.dataset);
    case 'changed':
      return updateListedDataset(state, event.dataset);
    case 'deleted':
      return removeDataset(state, event.dataset_id);
    default:
      return assertNever(event);
  }
}

/** Keep the progress events of running jobs. */
function keepRunning(latestProgress: LatestProgress, datasets: readonly Dataset[]): LatestProgress {
  const working = new Set(datasets.filter(({ status }) => isWorking(status)).map(({ id }) => id));
  return filterProgress(latestProgress, ({ dataset_id }) => working.has(dataset_id));
}

/** Keep the progress events that are not older than the records, which may come from a response. */
function keepNewest(latestProgress: LatestProgress, datasets: readonly Dataset[]): LatestProgress {
  const seqs = new Map(datasets.map(({ id, seq }) => [id, seq]));
  return filterProgress(
    keepRunning(latestProgress, datasets),
    ({ dataset_id, seq }) => seq >= (seqs.get(dataset_id) ?? 0),
  );
}

function filterProgress(
  latestProgress: LatestProgress,
  isKept: (event: ProgressEvent) => boolean,
): LatestProgress {
  const kept = Object.entries(latestProgress).filter(([, event]) => isKept(event));
  return kept.length === Object.keys(latestProgress).length ? latestProgress : Object.fromEntries(kept);
}
