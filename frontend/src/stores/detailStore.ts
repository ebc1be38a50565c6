/** The dataset whose window is open. */
import { create, type StateCreator } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getDataset, updateDataset } from '../api/datasets';
import { ApiError, isAbort, toApiError } from '../api/errors';
import * as api from '../api/tokenizations';
import type { Async } from '../types/async';
import type {
  DatasetDetail,
  DatasetUpdateRequest,
  RetryRequest,
  Tokenization,
  TokenizeRequest,
} from '../types/dataset';
import type { DatasetEvent, DatasetSnapshot, ProgressEvent } from '../types/events';
import { pickNewer } from './datasetList';
import { clearRates, hasUnknownTokenization, reduceDetail } from './datasetReducer';

interface DetailState {
  readonly id: string | null;
  readonly detail: Async<DatasetDetail, ApiError>;
  /** The latest progress event of each running tokenization; only it has the rate and the time left. */
  readonly latestProgress: Readonly<Record<string, ProgressEvent>>;
}

interface ViewActions {
  /** Load and show dataset `id`; `signal` aborts the request. */
  readonly open: (id: string, signal?: AbortSignal) => Promise<void>;
  /** Reload the shown dataset, and keep showing the old one meanwhile. */
  readonly refresh: () => Promise<void>;
  /**
   * Change the shown dataset.
   *
   * @throws ApiError, which the form shows under its field.
   */
  readonly updateDataset: (changes: DatasetUpdateRequest) => Promise<void>;
  readonly close: () => void;
}

interface TokenizationActions {
  /** @throws ApiError, which the form shows under its field. */
  readonly tokenizeDataset: (request: TokenizeRequest) => Promise<Tokenization>;
  /** @throws ApiError */
  readonly cancelTokenization: (id: string) => Promise<void>;
  /** @throws ApiError */
  readonly retryTokenization: (id: string, request?: RetryRequest) => Promise<void>;
  /** @throws ApiError */
  readonly deleteTokenization: (id: string) => Promise<void>;
}

interface SocketActions {
  readonly applyEvent: (event: DatasetEvent) => void;
  readonly applySnapshot: (snapshot: DatasetSnapshot) => void;
  /** Show that dataset `id` was deleted. */
  readonly applyDeletion: (id: string) => void;
  /** Clear rates and times left, which are outdated once the socket is disconnected. */
  readonly clearRates: () => void;
}

export type DetailStore = DetailState & ViewActions & TokenizationActions & SocketActions;

const NOT_FOUND = {
  kind: 'failed',
  error: new ApiError({
    status: 404,
    code: 'not_found',
    detail: 'This dataset does not exist; it may have been deleted.',
  }),
} as const;

const CLOSED_STATE: DetailState = { id: null, detail: { kind: 'loading' }, latestProgress: {} };

type ActionCreator<Actions> = StateCreator<DetailStore, [['zustand/devtools', never]], [], Actions>;

const createViewActions: ActionCreator<ViewActions> = (set, get) => {
  const load = async (id: string, signal?: AbortSignal): Promise<void> => {
    try {
      const detail = await getDataset(id, signal);
      set((state) => (state.id === id ? applyDetail(state, detail) : {}), false, 'load/done');
    } catch (error) {
      if (isAbort(error)) return;
      const failed = { kind: 'failed', error: toApiError(error) } as const;
      set((state) => (state.id === id ? { detail: failed } : {}), false, 'load/failed');
    }
  };
  return {
    open: async (id, signal) => {
      set({ ...CLOSED_STATE, id }, false, 'open');
      await load(id, signal);
    },
    refresh: async () => {
      const { id } = get();
      if (id !== null) await load(id);
    },
    updateDataset: async (changes) => {
      await updateDataset(get().id ?? '', changes);
      await get().refresh();
    },
    close: () => set(CLOSED_STATE, false, 'close'),
  };
};

const createTokenizationActions: ActionCreator<TokenizationActions> = (_set, get) => ({
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
});

const createSocketActions: ActionCreator<SocketActions> = (set, get) => ({
  applyEvent: (event) => {
    const { detail, refresh } = get();
    if (detail.kind === 'loaded' && hasUnknownTokenization(detail.value, event)) {
      void refresh();
    } else {
      set((state) => applyDetailEvent(state, event), false, 'applyEvent');
    }
  },
  applySnapshot: (snapshot) => set((state) => applyDetailSnapshot(state, snapshot), false, 'applySnapshot'),
  applyDeletion: (id) =>
    set((state) => (state.id === id ? { detail: NOT_FOUND } : {}), false, 'applyDeletion'),
  clearRates: () =>
    set(({ latestProgress }) => ({ latestProgress: clearRates(latestProgress) }), false, 'clearRates'),
});

export const useDetailStore = create<DetailStore>()(
  devtools(
    (...args) => ({
      ...CLOSED_STATE,
      ...createViewActions(...args),
      ...createTokenizationActions(...args),
      ...createSocketActions(...args),
    }),
    { name: 'DetailStore' },
  ),
);

function applyDetail(state: DetailState, incoming: DatasetDetail): Partial<DetailState> {
  const previous = state.detail.kind === 'loaded' ? state.detail.value : undefined;
  return { detail: { kind: 'loaded', value: pickNewer(previous, incoming) } };
}

function applyDetailEvent(state: DetailState, event: DatasetEvent): Partial<DetailState> {
  if (state.detail.kind !== 'loaded' || state.id !== event.dataset_id) {
    return {};
  }
  const value = reduceDetail(state.detail.value, event);
  if (value === state.detail.value) {
    return {};
  }
  return {
    detail: { kind: 'loaded', value },
    latestProgress: updateLatestProgress(state.latestProgress, event),
  };
}

function updateLatestProgress(
  latestProgress: DetailState['latestProgress'],
  event: DatasetEvent,
): DetailState['latestProgress'] {
  if (event.scope !== 'tokenization' || event.tokenization_id === null) {
    return latestProgress;
  }
  const { [event.tokenization_id]: _previous, ...others } = latestProgress;
  return event.type === 'progress' ? { ...others, [event.tokenization_id]: event } : others;
}

function applyDetailSnapshot(state: DetailState, { dataset }: DatasetSnapshot): Partial<DetailState> {
  if (dataset === null) {
    return { detail: NOT_FOUND };
  }
  return dataset.id === state.id ? applyDetail(state, dataset) : {};
}
