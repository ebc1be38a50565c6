import { useEffect } from 'react';

import type { ApiError } from '../api/errors';
import { useConnectionStore } from '../stores/connectionStore';
import { useDatasetsStore } from '../stores/datasetsStore';
import { useStorageStore } from '../stores/storageStore';
import type { Async } from '../types/async';
import type { Storage } from '../types/dataset';
import { useDebounced } from './useDebounced';

const DEBOUNCE_MS = 500;

/** Return the disk's figures, refreshed when a dataset is added, removed or changes its status, and after a reconnect. */
export function useStorage(): Async<Storage, ApiError> {
  const statuses = useDatasetsStore((state) =>
    state.datasets.map(({ id, status }) => `${id}=${status}`).join(' '),
  );
  const debouncedStatuses = useDebounced(statuses, DEBOUNCE_MS);
  const reconnects = useConnectionStore((state) => state.reconnects);
  const refresh = useStorageStore((state) => state.refreshStorage);
  useEffect(() => {
    void refresh();
  }, [refresh, debouncedStatuses, reconnects]);
  return useStorageStore((state) => state.storage);
}
