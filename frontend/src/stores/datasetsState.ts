/** What the list of datasets becomes by each thing that can happen to it: pure, so that the store only says when. */
import type { ApiError } from '../api/errors';
import type { Dataset, DatasetListResponse } from '../types/dataset';
import type { DatasetEvent, DatasetListEvent, ProgressEvent } from '../types/events';
import { assertNever } from '../utils/assertNever';
import { isWorking } from '../utils/datasets';
import { mergeDatasets, replaceDatasets } from './datasetList';
import { reduceDataset } from './datasetReducer';

export interface DatasetsState {
  /** Newest first; as many pages as have been asked for. */
  readonly datasets: readonly Dataset[];
  /** How many there are on the server. */
  readonly total: number;
  readonly loading: boolean;
  readonly error: ApiError | null;
  /** Whether the list has been got at least once. */
  readonly loaded: boolean;
  /** Counts what the socket said of the list: an answer that was under way meanwhile may lack it. */
  readonly revision: number;
  /** The newest progress event of each dataset at work: its rate and time left stand nowhere else. */
  readonly latestProgress: Readonly<Record<string, ProgressEvent>>;
}

/** Before the first request. */
export const EMPTY_STATE: DatasetsState = {
  datasets: [],
  total: 0,
  loading: false,
  error: null,
  loaded: false,
  revision: 0,
  latestProgress: {},
};

/** The state with these pages as the whole list. */
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

/** The state with this record in the list, unless a newer one stands there. */
export function upsertDataset(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  const isNew = !state.datasets.some(({ id }) => id === dataset.id);
  const datasets = mergeDatasets(state.datasets, [dataset]);
  return {
    datasets,
    total: state.total + (isNew ? 1 : 0),
    latestProgress: keepNewest(state.latestProgress, datasets),
  };
}

/** The state with this record in place of what the list has of it; a dataset that is not listed stays out. */
export function updateListedDataset(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  return state.datasets.some(({ id }) => id === dataset.id) ? upsertDataset(state, dataset) : {};
}

/** The state without this dataset. */
export function removeDataset(state: DatasetsState, id: string): Partial<DatasetsState> {
  const datasets = state.datasets.filter((dataset) => dataset.id !== id);
  const removed = state.datasets.length - datasets.length;
  return {
    datasets,
    total: Math.max(0, state.total - removed),
    latestProgress: keepRunning(state.latestProgress, datasets),
  };
}

/** The state after an event of one dataset. */
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

/** The state after an event of the list. */
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

/** What of `live` still speaks of work that goes on. */
function keepRunning(
  latestProgress: DatasetsState['latestProgress'],
  datasets: readonly Dataset[],
): DatasetsState['latestProgress'] {
  const working = new Set(datasets.filter(({ status }) => isWorking(status)).map(({ id }) => id));
  return filterProgress(latestProgress, ({ dataset_id }) => working.has(dataset_id));
}

/** Of that, what is not overtaken by the records, which came from an answer and not from an event. */
function keepNewest(
  latestProgress: DatasetsState['latestProgress'],
  datasets: readonly Dataset[],
): DatasetsState['latestProgress'] {
  const seqs = new Map(datasets.map(({ id, seq }) => [id, seq]));
  return filterProgress(
    keepRunning(latestProgress, datasets),
    ({ dataset_id, seq }) => seq >= (seqs.get(dataset_id) ?? 0),
  );
}

function filterProgress(
  latestProgress: DatasetsState['latestProgress'],
  isKept: (event: ProgressEvent) => boolean,
): DatasetsState['latestProgress'] {
  const kept = Object.entries(latestProgress).filter(([, event]) => isKept(event));
  return kept.length === Object.keys(latestProgress).length ? latestProgress : Object.fromEntries(kept);
}
