/** The one dataset whose window is open. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getDataset } from '../api/datasets';
import { ApiError, isAbort, toApiError } from '../api/errors';
import * as api from '../api/tokenizations';
import type { Async } from '../types/async';
import type { DatasetDetail, RetryRequest, Tokenization, TokenizeRequest } from '../types/dataset';
import type { DatasetEvent, DatasetSnapshot, ProgressEvent } from '../types/events';
import { newer } from './datasetList';
import { isOfUnknown, reduceDetail, withoutRates } from './datasetReducer';

interface DetailState {
  readonly id: string | null;
  readonly detail: Async<DatasetDetail, ApiError>;
  /** The newest progress of each tokenization at work: its rate and time left stand nowhere else. */
  readonly live: Readonly<Record<string, ProgressEvent>>;
}

interface DetailActions {
  /** Show dataset `id`, and get it; `signal` gives the request up. */
  readonly open: (id: string, signal?: AbortSignal) => Promise<void>;
  /** Get the shown dataset anew, and show the old one until then. */
  readonly refresh: () => Promise<void>;
  readonly close: () => void;
  /** @throws ApiError, for the form to show under the field at fault. */
  readonly tokenizeDataset: (request: TokenizeRequest) => Promise<Tokenization>;
  /** @throws ApiError */
  readonly cancelTokenization: (id: string) => Promise<void>;
  /** @throws ApiError */
  readonly retryTokenization: (id: string, request?: RetryRequest) => Promise<void>;
  /** @throws ApiError */
  readonly deleteTokenization: (id: string) => Promise<void>;
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
  /** Dataset `id` has been deleted, here or elsewhere. */
  readonly applyDeleted: (id: string) => void;
  /** Nothing is heard any more: rates and times left are of before. */
  readonly forgetRates: () => void;
}

export type DetailStore = DetailState & DetailActions;

const GONE = {
  kind: 'failed',
  error: new ApiError({
    status: 404,
    code: 'not_found',
    detail: 'This dataset is not there: it may have been deleted.',
  }),
} as const;

const CLOSED: DetailState = { id: null, detail: { kind: 'loading' }, live: {} };

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
          set({ ...CLOSED, id }, false, 'open');
          await load(id, signal);
        },
        refresh: async () => {
          const { id } = get();
          if (id !== null) {
            await load(id);
          }
        },
        close: () => set(CLOSED, false, 'close'),
        tokenizeDataset: async (request) => {
          const tokenization = await api.tokenizeDataset(get().id ?? '', request);
          await get().refresh();
          return tokenization;
        },
        cancelTokenization: async (id) => {
          await api.cancelTokenization(id);
          await get().refresh();
        },
        retryTokenization: async (id, request) => {
          await api.retryTokenization(id, request);
          await get().refresh();
        },
        deleteTokenization: async (id) => {
          await api.deleteTokenization(id);
          await get().refresh();
        },
        applyEvent: (event) => {
          const { detail, refresh } = get();
          if (detail.kind === 'loaded' && isOfUnknown(detail.value, event)) {
            void refresh();
          } else {
            set((state) => afterEvent(state, event), false, 'applyEvent');
          }
        },
        applySnapshot: (snapshot) => set((state) => afterSnapshot(state, snapshot), false, 'applySnapshot'),
        applyDeleted: (id) =>
          set((state) => (state.id === id ? { detail: GONE } : {}), false, 'applyDeleted'),
        forgetRates: () => set(({ live }) => ({ live: withoutRates(live) }), false, 'forgetRates'),
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
  if (value === state.detail.value) {
    return {};
  }
  return { detail: { kind: 'loaded', value }, live: liveAfter(state.live, event) };
}

function liveAfter(live: DetailState['live'], event: DatasetEvent): DetailState['live'] {
  if (event.scope !== 'tokenization' || event.tokenization_id === null) {
    return live;
  }
  const { [event.tokenization_id]: _before, ...others } = live;
  return event.type === 'progress' ? { ...others, [event.tokenization_id]: event } : others;
}

function afterSnapshot(state: DetailState, { dataset }: DatasetSnapshot): Partial<DetailState> {
  if (dataset === null) {
    return { detail: GONE };
  }
  return dataset.id === state.id ? withDetail(state, dataset) : {};
}
