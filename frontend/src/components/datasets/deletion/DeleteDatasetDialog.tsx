import { useCallback } from 'react';

import { previewDelete } from '../../../api/datasets';
import { useAction } from '../../../hooks/useAction';
import { useResource } from '../../../hooks/useResource';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset } from '../../../types/dataset';
import { ConfirmDialog } from '../../common/ConfirmDialog';
import { ErrorMessage } from '../../common/ErrorMessage';
import { DeletePreviewList } from './DeletePreviewList';

interface DeleteDatasetDialogProps {
  readonly dataset: Pick<Dataset, 'id' | 'name'>;
  readonly onClose: () => void;
}

/** Shows what a delete would take with it, and asks whether to. */
export function DeleteDatasetDialog({ dataset, onClose }: DeleteDatasetDialogProps) {
  const { id, name } = dataset;
  const { state: preview, again } = useResource(
    useCallback((signal: AbortSignal) => previewDelete(id, signal), [id]),
  );
  const [deleting, remove] = useAction(useDatasetsStore((state) => state.deleteDataset));
  const allowed = preview.kind === 'loaded' && preview.value.allowed;
  const confirm = async (): Promise<void> => {
    if (await remove(id)) onClose();
    else again();
  };
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      question={preview}
      onAgain={again}
      confirm={deleting.kind === 'running' ? 'Deleting…' : 'Delete'}
      disabled={!allowed || deleting.kind === 'running'}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {(value) => (
        <>
          <DeletePreviewList preview={value} />
          {deleting.kind === 'failed' && <ErrorMessage>{deleting.error.detail}</ErrorMessage>}
        </>
      )}
    </ConfirmDialog>
  );
}
