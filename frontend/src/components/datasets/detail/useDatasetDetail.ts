import { useEffect } from 'react';

import type { ApiError } from '../../../api/errors';
import { useDatasetProgress } from '../../../hooks/useDatasetProgress';
import { useDetailStore } from '../../../stores/detailStore';
import type { Async } from '../../../types/async';
import type { DatasetDetail } from '../../../types/dataset';

/** Return the details of dataset `id`, kept up to date while mounted. */
export function useDatasetDetail(id: string): Async<DatasetDetail, ApiError> {
  useEffect(() => {
    const controller = new AbortController();
    const { open, close } = useDetailStore.getState();
    void open(id, controller.signal);
    return () => {
      controller.abort();
      close();
    };
  }, [id]);
  useDatasetProgress(id);
  return useDetailStore((state) => state.detail);
}
