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
import { mergeDatasets } from './datasetList';
import { clearRates } from './datasetReducer';
import {
  applyDatasetEvent,
  applyList,
  applyListChange,
  type DatasetsState,
  EMPTY_STATE,
  removeDataset,
  updateListedDataset,
  upsertDataset,
} from './datasetsState';

/** How many datasets one page of the list has. */
export const LIST_LIMIT = 50;

/** How often the list is asked for, when it changes again and again while the answer is under way. */
const MAX_ATTEMPTS = 3;

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
  /** Put a record that was made elsewhere in its place. */
  readonly addDataset: (dataset: Dataset) => void;
  readonly updateDatasetProgress: (event: ProgressEvent) => void;
  readonly updateDatasetStatus: (event: CompletedEvent | ErrorEvent) => void;
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applyListEvent: (event: DatasetListEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
  readonly applyListSnapshot: (snapshot: DatasetListSnapshot) => void;
  /** Nothing is heard any more: rates and times left are of before. */
  readonly clearRates: () => void;
}

export type DatasetsStore = DatasetsState & DatasetsActions;

export const useDatasetsStore = create<DatasetsStore>()(
  devtools(
    (set, get) => ({
      ...EMPTY_STATE,
      fetchDatasets: async () => {
        set({ loading: true, error: null }, false, 'fetchDatasets');
        try {
          let result = await fetchPages(get().datasets.length);
          for (let attempt = 1; attempt < MAX_ATTEMPTS && result.revision !== get().revision; attempt += 1) {
            result = await fetchPages(get().datasets.length);
          }
          set((state) => applyList(state, result.pages), false, 'fetchDatasets/done');
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
          const appendPage = (state: DatasetsState) => ({
            datasets: mergeDatasets(state.datasets, data),
            total: pagination.total,
            loading: false,
          });
          set(appendPage, false, 'fetchMoreDatasets/done');
        } catch (error) {
          set({ loading: false, error: toApiError(error) }, false, 'fetchMoreDatasets/failed');
        }
      },
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
      addDataset: (dataset) => set((state) => upsertDataset(state, dataset), false, 'addDataset'),
      updateDatasetProgress: (event) =>
        set((state) => applyDatasetEvent(state, event), false, 'updateDatasetProgress'),
      updateDatasetStatus: (event) =>
        set((state) => applyDatasetEvent(state, event), false, 'updateDatasetStatus'),
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
      applyListEvent: (event) => {
        const applyChange = (state: DatasetsState) => ({
          ...applyListChange(state, event),
          revision: state.revision + 1,
        });
        set(applyChange, false, 'applyListEvent');
      },
      applySnapshot: ({ channel, dataset }) => {
        const id = channel.split('/')[1] ?? '';
        set(
          (state) => (dataset === null ? removeDataset(state, id) : updateListedDataset(state, dataset)),
          false,
          'applySnapshot',
        );
      },
      clearRates: () =>
        set(({ latestProgress }) => ({ latestProgress: clearRates(latestProgress) }), false, 'forgetRates'),
      applyListSnapshot: ({ list }) => {
        if (get().datasets.length > LIST_LIMIT) {
          // A snapshot has the first page only; more than that is shown.
          void get().fetchDatasets();
        } else {
          const applyPage = (state: DatasetsState) => ({
            ...applyList(state, [list]),
            revision: state.revision + 1,
          });
          set(applyPage, false, 'applyListSnapshot');
        }
      },
    }),
    { name: 'DatasetsStore' },
  ),
);

/** The list as one of three: being got for the first time, not to be had, or there. */
export function selectList(state: DatasetsStore): Async<readonly Dataset[], ApiError> {
  if (state.loaded) {
    return { kind: 'loaded', value: state.datasets };
  }
  return state.error === null ? { kind: 'loading' } : { kind: 'failed', error: state.error };
}

/** Forget everything, as before the first request. */
export function resetDatasetsStore(): void {
  useDatasetsStore.setState(EMPTY_STATE);
}

/** As many pages as `count` datasets fill, and the revision that the list had when they were asked for. */
async function fetchPages(count: number): Promise<{ pages: DatasetListResponse[]; revision: number }> {
  const { revision } = useDatasetsStore.getState();
  const length = Math.max(1, Math.ceil(count / LIST_LIMIT));
  const requests = Array.from({ length }, (_, index) =>
    api.getDatasets({ page: index + 1, limit: LIST_LIMIT }),
  );
  return { pages: await Promise.all(requests), revision };
}
