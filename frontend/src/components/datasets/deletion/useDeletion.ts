import { useCallback, useState } from 'react';

import { previewDelete } from '../../../api/datasets';
import { toApiError } from '../../../api/errors';
import { useResource } from '../../../hooks/useResource';
import { useDatasetsStore } from '../../../stores/datasetsStore';

/** What a delete of the datasets whose ids `key` has (with spaces between) would take, and the delete itself. */
export function useDeletion(key: string) {
  const { state: previews, again } = useResource(
    useCallback(
      (signal: AbortSignal) => Promise.all(key.split(' ').map((id) => previewDelete(id, signal))),
      [key],
    ),
  );
  const [deleting, setDeleting] = useState(false);
  const [failures, setFailures] = useState<readonly string[]>([]);
  const deleteDataset = useDatasetsStore((state) => state.deleteDataset);
  /** Delete one after the other; resolves to whether all of them are gone. */
  const remove = useCallback(
    async (ids: readonly string[]): Promise<boolean> => {
      setDeleting(true);
      const failed: string[] = [];
      for (const id of ids) {
        try {
          await deleteDataset(id);
        } catch (error) {
          failed.push(toApiError(error).detail);
        }
      }
      setFailures(failed);
      setDeleting(false);
      return failed.length === 0;
    },
    [deleteDataset],
  );
  return { previews, again, deleting, remove, failures };
}
