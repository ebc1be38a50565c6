import { useCallback } from 'react';

import { previewDelete } from '../../api/datasets';
import { useAction } from '../../hooks/useAction';
import { useResource } from '../../hooks/useResource';
import { useDatasetsStore } from '../../stores/datasetsStore';
import type { Dataset } from '../../types/dataset';
import { assertNever } from '../../utils/assertNever';
import { Dialog } from '../common/Dialog';
import { ErrorMessage } from '../common/ErrorMessage';
import { LoadFailure } from '../common/LoadFailure';
import { dangerButton } from '../common/styles';
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
  const content = () => {
    switch (preview.kind) {
      case 'loading':
        return <p role="status">Looking at what would go…</p>;
      case 'failed':
        return <LoadFailure error={preview.error} onRetry={again} />;
      case 'loaded':
        return <DeletePreviewList preview={preview.value} />;
      default:
        return assertNever(preview);
    }
  };
  return (
    <Dialog labelledBy="delete-title" describedBy="delete-text" onClose={onClose} width="max-w-lg">
      <div className="p-6 space-y-4 overflow-y-auto">
        <h2 id="delete-title" className="text-lg font-semibold break-words">
          Delete {name}?
        </h2>
        <div id="delete-text" className="text-sm text-slate-300 space-y-3">
          {content()}
        </div>
        {deleting.kind === 'failed' && <ErrorMessage>{deleting.error.detail}</ErrorMessage>}
        <div className="flex justify-end gap-3">
          <button
            type="button"
            onClick={onClose}
            className="px-4 py-2 bg-slate-800 hover:bg-slate-700 rounded-lg"
          >
            Keep it
          </button>
          <button
            type="button"
            disabled={!allowed || deleting.kind === 'running'}
            onClick={() => void confirm()}
            className={dangerButton}
          >
            {deleting.kind === 'running' ? 'Deleting…' : 'Delete'}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
