/** The figures of the disk that holds the data. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { type ApiError, toApiError } from '../api/errors';
import { getStorage } from '../api/system';
import type { Async } from '../types/async';
import type { Storage } from '../types/dataset';

interface StorageStore {
  readonly storage: Async<Storage, ApiError>;
  /** Load the figures; until the response arrives, and if it fails, keep the last ones. */
  readonly refreshStorage: () => Promise<void>;
}

export const useStorageStore = create<StorageStore>()(
  devtools(
    (set) => ({
      storage: { kind: 'loading' },
      refreshStorage: async () => {
        try {
          set({ storage: { kind: 'loaded', value: await getStorage() } }, false, 'refreshStorage');
        } catch (error) {
          const failed = { kind: 'failed', error: toApiError(error) } as const;
          set(
            ({ storage }) => (storage.kind === 'loaded' ? {} : { storage: failed }),
            false,
            'refreshStorage/failed',
          );
        }
      },
    }),
    { name: 'StorageStore' },
  ),
);
