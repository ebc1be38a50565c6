/** The one dataset whose window is open. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getDataset } from '../api/datasets';
import { ApiError, isAbort, toApiError } from '../api/errors';
import type { Async } from '../types/async';
import type { DatasetDetail } from '../types/dataset';
import type { DatasetEvent, DatasetSnapshot } from '../types/events';
import { newer } from './datasetList';
import { reduceDetail } from './datasetReducer';

interface DetailState {
  readonly id: string | null;
  readonly detail: Async<DatasetDetail, ApiError>;
}

interface DetailActions {
  /** Show dataset `id`, and get it; `signal` gives the request up. */
  readonly open: (id: string, signal?: AbortSignal) => Promise<void>;
  /** Get the shown dataset anew, and show the old one until then. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
}

export type DetailStore = DetailState & DetailActions;

const CLOSED: DetailState = { id: null, detail: { kind: 'loading' } };

export const useDetailStore = create<DetailStore>()(
  devtools(
    (set, get) => {
      const load = async (id: string, signal?: AbortSignal): Promise<void> => {
        try {
          const detail = await getDataset(id, signal);
          set((state) => (state.id === id ? withDetail(state, detail) : {}), false, 'load/done');
        } catch (error) {
          if (!isAbort(error)) {
            const failed = { kind: 'failed', error: toApiError(error) } as const;
            set((state) => (state.id === id ? { detail: failed } : {}), false, 'load/failed');
          }
        }
      };
      return {
        ...CLOSED,
        open: async (id, signal) => {
          set({ id, detail: { kind: 'loading' } }, false, 'open');
          await load(id, signal);
        },
        refresh: async () => {
          const { id } = get();
          if (id !== null) {
            await load(id);
          }
        },
        close: () => set(CLOSED, false, 'close'),
        applyEvent: (event) => set((state) => afterEvent(state, event), false, 'applyEvent'),
        applySnapshot: (snapshot) => set((state) => afterSnapshot(state, snapshot), false, 'applySnapshot'),
      };
    },
    { name: 'DetailStore' },
  ),
);

function withDetail(state: DetailState, incoming: DatasetDetail): Partial<DetailState> {
  const present = state.detail.kind === 'loaded' ? state.detail.value : undefined;
  return { detail: { kind: 'loaded', value: newer(present, incoming) } };
}

function afterEvent(state: DetailState, event: DatasetEvent): Partial<DetailState> {
  if (state.detail.kind !== 'loaded' || state.id !== event.dataset_id) {
    return {};
  }
  const value = reduceDetail(state.detail.value, event);
  return value === state.detail.value ? {} : { detail: { kind: 'loaded', value } };
}

function afterSnapshot(state: DetailState, { dataset }: DatasetSnapshot): Partial<DetailState> {
  if (dataset === null) {
    return { detail: { kind: 'failed', error: gone() } };
  }
  return dataset.id === state.id ? withDetail(state, dataset) : {};
}

function gone(): ApiError {
  return new ApiError({
    status: 404,
    code: 'not_found',
    detail: 'This dataset is not there: it may have been deleted.',
  });
}
