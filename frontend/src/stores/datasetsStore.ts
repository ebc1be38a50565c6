/** The datasets that the panel lists, and everything that changes them: requests, events, snapshots. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import * as api from '../api/datasets';
import { type ApiError, toApiError } from '../api/errors';
import type { Async } from '../types/async';
import type { Dataset, DatasetDownloadRequest, DatasetListResponse, RetryRequest } from '../types/dataset';
import type {
  CompletedEvent,
  DatasetEvent,
  DatasetListEvent,
  DatasetListSnapshot,
  DatasetSnapshot,
  ErrorEvent,
  ProgressEvent,
} from '../types/events';
import { assertNever } from '../utils/assertNever';
import { isWorking } from '../utils/datasets';
import { mergeDatasets, replaceDatasets } from './datasetList';
import { reduceDataset } from './datasetReducer';

/** How many datasets one page of the list has. */
export const LIST_LIMIT = 50;

interface DatasetsState {
  /** Newest first; as many pages as have been asked for. */
  readonly datasets: readonly Dataset[];
  /** How many there are on the server. */
  readonly total: number;
  readonly loading: boolean;
  readonly error: ApiError | null;
  /** Whether the list has been got at least once. */
  readonly loaded: boolean;
  /** The newest progress event of each dataset at work: its rate and time left stand nowhere else. */
  readonly live: Readonly<Record<string, ProgressEvent>>;
}

interface DatasetsActions {
  /** Get as many pages anew as are shown. */
  readonly fetchDatasets: () => Promise<void>;
  readonly fetchMoreDatasets: () => Promise<void>;
  /** @throws ApiError, for the form to show under the field at fault. */
  readonly downloadDataset: (request: DatasetDownloadRequest) => Promise<Dataset>;
  /** @throws ApiError */
  readonly retryDataset: (id: string, request?: RetryRequest) => Promise<void>;
  /** @throws ApiError */
  readonly cancelDataset: (id: string) => Promise<void>;
  /** @throws ApiError */
  readonly deleteDataset: (id: string) => Promise<void>;
  readonly updateDatasetProgress: (event: ProgressEvent) => void;
  readonly updateDatasetStatus: (event: CompletedEvent | ErrorEvent) => void;
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applyListEvent: (event: DatasetListEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
  readonly applyListSnapshot: (snapshot: DatasetListSnapshot) => void;
}

export type DatasetsStore = DatasetsState & DatasetsActions;

const EMPTY: DatasetsState = { datasets: [], total: 0, loading: false, error: null, loaded: false, live: {} };

export const useDatasetsStore = create<DatasetsStore>()(
  devtools(
    (set, get) => ({
      ...EMPTY,
      fetchDatasets: async () => {
        set({ loading: true, error: null }, false, 'fetchDatasets');
        const pages = Math.max(1, Math.ceil(get().datasets.length / LIST_LIMIT));
        try {
          const answers = await Promise.all(
            Array.from({ length: pages }, (_, page) =>
              api.getDatasets({ page: page + 1, limit: LIST_LIMIT }),
            ),
          );
          set((state) => withList(state, answers), false, 'fetchDatasets/done');
        } catch (error) {
          set({ loading: false, error: toApiError(error) }, false, 'fetchDatasets/failed');
        }
      },
      fetchMoreDatasets: async () => {
        set({ loading: true, error: null }, false, 'fetchMoreDatasets');
        // Counted from what is here, so that a deletion in between leaves no gap; what comes twice is merged.
        const page = Math.floor(get().datasets.length / LIST_LIMIT) + 1;
        try {
          const { data, pagination } = await api.getDatasets({ page, limit: LIST_LIMIT });
          const merge = (state: DatasetsState) => ({
            datasets: mergeDatasets(state.datasets, data),
            total: pagination.total,
            loading: false,
          });
          set(merge, false, 'fetchMoreDatasets/done');
        } catch (error) {
          set({ loading: false, error: toApiError(error) }, false, 'fetchMoreDatasets/failed');
        }
      },
      downloadDataset: async (request) => {
        const dataset = await api.downloadDataset(request);
        set((state) => withDataset(state, dataset), false, 'downloadDataset');
        return dataset;
      },
      retryDataset: async (id, request) => {
        const dataset = await api.retryDataset(id, request);
        set((state) => withDataset(state, dataset), false, 'retryDataset');
      },
      cancelDataset: async (id) => {
        const dataset = await api.cancelDataset(id);
        set((state) => withDataset(state, dataset), false, 'cancelDataset');
      },
      deleteDataset: async (id) => {
        await api.deleteDataset(id);
        set((state) => without(state, id), false, 'deleteDataset');
      },
      updateDatasetProgress: (event) =>
        set((state) => afterEvent(state, event), false, 'updateDatasetProgress'),
      updateDatasetStatus: (event) => set((state) => afterEvent(state, event), false, 'updateDatasetStatus'),
      applyEvent: (event) => {
        switch (event.type) {
          case 'progress':
            get().updateDatasetProgress(event);
            break;
          case 'completed':
          case 'error':
            get().updateDatasetStatus(event);
            break;
          default:
            assertNever(event);
        }
      },
      applyListEvent: (event) => set((state) => afterListEvent(state, event), false, 'applyListEvent'),
      applySnapshot: ({ channel, dataset }) => {
        const id = channel.split('/')[1] ?? '';
        set(
          (state) => (dataset === null ? without(state, id) : withKnown(state, dataset)),
          false,
          'applySnapshot',
        );
      },
      applyListSnapshot: ({ list }) => {
        if (get().datasets.length > LIST_LIMIT) {
          // A snapshot has the first page only; more than that is shown.
          void get().fetchDatasets();
        } else {
          set((state) => withList(state, [list]), false, 'applyListSnapshot');
        }
      },
    }),
    { name: 'DatasetsStore' },
  ),
);

/** The list as one of three: being got for the first time, not to be had, or there. */
export function listState(state: DatasetsStore): Async<readonly Dataset[], ApiError> {
  if (state.loaded) {
    return { kind: 'loaded', value: state.datasets };
  }
  return state.error === null ? { kind: 'loading' } : { kind: 'failed', error: state.error };
}

/** Forget everything, as before the first request. */
export function resetDatasetsStore(): void {
  useDatasetsStore.setState(EMPTY);
}

function withList(state: DatasetsState, pages: readonly DatasetListResponse[]): Partial<DatasetsState> {
  const incoming = mergeDatasets(
    [],
    pages.flatMap((page) => page.data),
  );
  const datasets = replaceDatasets(state.datasets, incoming);
  const total = pages.at(-1)?.pagination.total ?? datasets.length;
  return { datasets, total, loading: false, error: null, loaded: true, live: freshOf(state.live, datasets) };
}

function withDataset(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  const isNew = !state.datasets.some(({ id }) => id === dataset.id);
  const datasets = mergeDatasets(state.datasets, [dataset]);
  return { datasets, total: state.total + (isNew ? 1 : 0), live: freshOf(state.live, datasets) };
}

function withKnown(state: DatasetsState, dataset: Dataset): Partial<DatasetsState> {
  return state.datasets.some(({ id }) => id === dataset.id) ? withDataset(state, dataset) : {};
}

function without(state: DatasetsState, id: string): Partial<DatasetsState> {
  const datasets = state.datasets.filter((dataset) => dataset.id !== id);
  const removed = state.datasets.length - datasets.length;
  return { datasets, total: Math.max(0, state.total - removed), live: liveOf(state.live, datasets) };
}

function afterEvent(state: DatasetsState, event: DatasetEvent): Partial<DatasetsState> {
  const datasets = state.datasets.map((dataset) => reduceDataset(dataset, event));
  if (datasets.every((dataset, index) => dataset === state.datasets[index])) {
    return {};
  }
  const isWork = event.type === 'progress' && event.scope === 'dataset';
  const live = isWork ? { ...state.live, [event.dataset_id]: event } : state.live;
  return { datasets, live: liveOf(live, datasets) };
}

function afterListEvent(state: DatasetsState, event: DatasetListEvent): Partial<DatasetsState> {
  switch (event.type) {
    case 'created':
      return withDataset(state, event.dataset);
    case 'changed':
      return withKnown(state, event.dataset);
    case 'deleted':
      return without(state, event.dataset_id);
    default:
      return assertNever(event);
  }
}

/** What of `live` still speaks of work that goes on. */
function liveOf(live: DatasetsState['live'], datasets: readonly Dataset[]): DatasetsState['live'] {
  const working = new Set(datasets.filter(({ status }) => isWorking(status)).map(({ id }) => id));
  return keep(live, ({ dataset_id }) => working.has(dataset_id));
}

/** Of that, what is not overtaken by the records, which came from an answer and not from an event. */
function freshOf(live: DatasetsState['live'], datasets: readonly Dataset[]): DatasetsState['live'] {
  const seqs = new Map(datasets.map(({ id, seq }) => [id, seq]));
  return keep(liveOf(live, datasets), ({ dataset_id, seq }) => seq >= (seqs.get(dataset_id) ?? 0));
}

function keep(live: DatasetsState['live'], wanted: (event: ProgressEvent) => boolean): DatasetsState['live'] {
  const kept = Object.entries(live).filter(([, event]) => wanted(event));
  return kept.length === Object.keys(live).length ? live : Object.fromEntries(kept);
}
