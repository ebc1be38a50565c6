import { useCallback, useState } from 'react';

import { previewDelete } from '../../../api/datasets';
import { toApiError } from '../../../api/errors';
import { useResource } from '../../../hooks/useResource';
import { useDatasetsStore } from '../../../stores/datasetsStore';

/** Return previews of deleting the datasets whose space-separated ids are in `key`, and a function that deletes them. */
export function useDeletion(key: string) {
  const { state: previews, reload } = useResource(
    useCallback(
      (signal: AbortSignal) => Promise.all(key.split(' ').map((id) => previewDelete(id, signal))),
      [key],
    ),
  );
  const [isDeleting, setIsDeleting] = useState(false);
  const [failures, setFailures] = useState<readonly string[]>([]);
  const deleteDataset = useDatasetsStore((state) => state.deleteDataset);
  /** Delete one after the other; resolves to whether all deletions succeeded. */
  const deleteAll = useCallback(
    async (ids: readonly string[]): Promise<boolean> => {
      setIsDeleting(true);
      const messages: string[] = [];
      for (const id of ids) {
        try {
          await deleteDataset(id);
        } catch (error) {
          messages.push(toApiError(error).detail);
        }
      }
      setFailures(messages);
      setIsDeleting(false);
      return messages.length === 0;
    },
    [deleteDataset],
  );
  return { previews, reload, isDeleting, deleteAll, failures };
}
