/** The listed datasets, and all that changes them: requests, events and snapshots. */
import { create, type StateCreator } from 'zustand';
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
import { clearRates } from './datasetReducer';
import {
  appendPage,
  applyDatasetEvent,
  applyDatasetSnapshot,
  applyList,
  applyListChange,
  countRevision,
  type DatasetsState,
  EMPTY_STATE,
  removeDataset,
  upsertDataset,
} from './datasetsState';

/** The number of datasets on one page of the list. */
export const LIST_LIMIT = 50;

/** The number of attempts to load the list while it keeps changing. */
const MAX_ATTEMPTS = 3;

interface RequestActions {
  /** Reload as many pages as are shown. */
  readonly fetchDatasets: () => Promise<void>;
  readonly fetchMoreDatasets: () => Promise<void>;
  /** @throws ApiError, which the form shows under its field. */
  readonly downloadDataset: (request: DatasetDownloadRequest) => Promise<Dataset>;
  /** @throws ApiError */
  readonly retryDataset: (id: string, request?: RetryRequest) => Promise<void>;
  /** @throws ApiError */
  readonly cancelDataset: (id: string) => Promise<void>;
  /** @throws ApiError */
  readonly deleteDataset: (id: string) => Promise<void>;
}

interface SocketActions {
  /** Add a record that another store created. */
  readonly addDataset: (dataset: Dataset) => void;
  readonly updateDatasetProgress: (event: ProgressEvent) => void;
  readonly updateDatasetStatus: (event: CompletedEvent | ErrorEvent) => void;
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applyListEvent: (event: DatasetListEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
  readonly applyListSnapshot: (snapshot: DatasetListSnapshot) => void;
  /** Clear rates and times left, which are outdated once the socket is disconnected. */
  readonly clearRates: () => void;
}

export type DatasetsStore = DatasetsState & RequestActions & SocketActions;

type ActionCreator<Actions> = StateCreator<DatasetsStore, [['zustand/devtools', never]], [], Actions>;

const createListActions: ActionCreator<Pick<RequestActions, 'fetchDatasets' | 'fetchMoreDatasets'>> = (
  set,
  get,
) => ({
  fetchDatasets: async () => {
    set({ loading: true, error: null }, false, 'fetchDatasets');
    try {
      const pages = await fetchCurrentPages(get);
      set((state) => applyList(state, pages), false, 'fetchDatasets/done');
    } catch (error) {
      set({ loading: false, error: toApiError(error) }, false, 'fetchDatasets/failed');
    }
  },
  fetchMoreDatasets: async () => {
    set({ loading: true, error: null }, false, 'fetchMoreDatasets');
    try {
      const next = await fetchNextPage(get().datasets.length);
      set((state) => appendPage(state, next), false, 'fetchMoreDatasets/done');
    } catch (error) {
      set({ loading: false, error: toApiError(error) }, false, 'fetchMoreDatasets/failed');
    }
  },
});

const createDatasetActions: ActionCreator<Omit<RequestActions, 'fetchDatasets' | 'fetchMoreDatasets'>> = (
  set,
) => ({
  downloadDataset: async (request) => {
    const dataset = await api.downloadDataset(request);
    set((state) => upsertDataset(state, dataset), false, 'downloadDataset');
    return dataset;
  },
  retryDataset: async (id, request) => {
    const dataset = await api.retryDataset(id, request);
    set((state) => upsertDataset(state, dataset), false, 'retryDataset');
  },
  cancelDataset: async (id) => {
    const dataset = await api.cancelDataset(id);
    set((state) => upsertDataset(state, dataset), false, 'cancelDataset');
  },
  deleteDataset: async (id) => {
    await api.deleteDataset(id);
    set((state) => removeDataset(state, id), false, 'deleteDataset');
  },
});

const createEventActions: ActionCreator<
  Pick<SocketActions, 'updateDatasetProgress' | 'updateDatasetStatus' | 'applyEvent' | 'applyListEvent'>
> = (set, get) => ({
  updateDatasetProgress: (event) =>
    set((state) => applyDatasetEvent(state, event), false, 'updateDatasetProgress'),
  updateDatasetStatus: (event) =>
    set((state) => applyDatasetEvent(state, event), false, 'updateDatasetStatus'),
  applyEvent: (event) =>
    event.type === 'progress' ? get().updateDatasetProgress(event) : get().updateDatasetStatus(event),
  applyListEvent: (event) =>
    set((state) => countRevision(state, applyListChange(state, event)), false, 'applyListEvent'),
});

const createSnapshotActions: ActionCreator<
  Pick<SocketActions, 'addDataset' | 'applySnapshot' | 'applyListSnapshot' | 'clearRates'>
> = (set, get) => ({
  addDataset: (dataset) => set((state) => upsertDataset(state, dataset), false, 'addDataset'),
  applySnapshot: (snapshot) => set((state) => applyDatasetSnapshot(state, snapshot), false, 'applySnapshot'),
  applyListSnapshot: ({ list }) => {
    if (get().datasets.length > LIST_LIMIT) {
      // A snapshot has only the first page, but more pages are shown.
      void get().fetchDatasets();
    } else {
      set((state) => countRevision(state, applyList(state, [list])), false, 'applyListSnapshot');
    }
  },
  clearRates: () =>
    set(({ latestProgress }) => ({ latestProgress: clearRates(latestProgress) }), false, 'clearRates'),
});

export const useDatasetsStore = create<DatasetsStore>()(
  devtools(
    (...args) => ({
      ...EMPTY_STATE,
      ...createListActions(...args),
      ...createDatasetActions(...args),
      ...createEventActions(...args),
      ...createSnapshotActions(...args),
    }),
    { name: 'DatasetsStore' },
  ),
);

/** Return the list as one of three states: loading for the first time, failed or loaded. */
export function selectList(state: DatasetsStore): Async<readonly Dataset[], ApiError> {
  if (state.loaded) {
    return { kind: 'loaded', value: state.datasets };
  }
  return state.error === null ? { kind: 'loading' } : { kind: 'failed', error: state.error };
}

/** Reset the store to its state before the first request. */
export function resetDatasetsStore(): void {
  useDatasetsStore.setState(EMPTY_STATE);
}

/** Load the shown pages, again if the socket changes the list meanwhile, because the response may lack the change. */
async function fetchCurrentPages(get: () => DatasetsState): Promise<DatasetListResponse[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { revision, datasets } = get();
    const pages = await fetchPages(datasets.length);
    if (revision === get().revision || attempt === MAX_ATTEMPTS) return pages;
  }
}

/** Load as many pages as `count` datasets fill. */
function fetchPages(count: number): Promise<DatasetListResponse[]> {
  const length = Math.max(1, Math.ceil(count / LIST_LIMIT));
  const requests = Array.from({ length }, (_, index) =>
    api.getDatasets({ page: index + 1, limit: LIST_LIMIT }),
  );
  return Promise.all(requests);
}

/** Load the page after `count` datasets; counting them leaves no gap after a deletion. */
function fetchNextPage(count: number): Promise<DatasetListResponse> {
  return api.getDatasets({ page: Math.floor(count / LIST_LIMIT) + 1, limit: LIST_LIMIT });
}
