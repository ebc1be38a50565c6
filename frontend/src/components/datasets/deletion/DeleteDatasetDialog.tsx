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

/** Shows what deleting a dataset removes, and asks for confirmation. */
export function DeleteDatasetDialog({ dataset, onClose }: DeleteDatasetDialogProps) {
  const { id, name } = dataset;
  const { state: preview, reload } = useResource(
    useCallback((signal: AbortSignal) => previewDelete(id, signal), [id]),
  );
  const [deleteState, runDelete] = useAction(useDatasetsStore((state) => state.deleteDataset));
  const allowed = preview.kind === 'loaded' && preview.value.allowed;
  const confirm = async (): Promise<void> => {
    if (await runDelete(id)) onClose();
    else reload();
  };
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      question={preview}
      onReload={reload}
      confirm={deleteState.kind === 'running' ? 'Deleting…' : 'Delete'}
      disabled={!allowed || deleteState.kind === 'running'}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {(value) => (
        <>
          <DeletePreviewList preview={value} />
          {deleteState.kind === 'failed' && <ErrorMessage>{deleteState.error.detail}</ErrorMessage>}
        </>
      )}
    </ConfirmDialog>
  );
}
