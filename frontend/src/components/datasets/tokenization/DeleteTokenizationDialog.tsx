import { useAction } from '../../../hooks/useAction';
import { useDetailStore } from '../../../stores/detailStore';
import type { Tokenization } from '../../../types/dataset';
import { formatDateTime, formatFileSize } from '../../../utils/formatters';
import { ConfirmDialog } from '../../common/ConfirmDialog';
import { ErrorMessage } from '../../common/ErrorMessage';

interface DeleteTokenizationDialogProps {
  readonly tokenization: Tokenization;
  readonly onClose: () => void;
}

/** Shows what deleting a tokenization removes, and asks for confirmation. */
export function DeleteTokenizationDialog({ tokenization, onClose }: DeleteTokenizationDialogProps) {
  const { id, tokenizer, created_at, size_bytes, status } = tokenization;
  const [deleteState, runDelete] = useAction(useDetailStore((state) => state.deleteTokenization));
  const isRunning = status === 'queued' || status === 'processing';
  return (
    <ConfirmDialog
      title={`Delete the tokenization with ${tokenizer}?`}
      question={{ kind: 'loaded', value: size_bytes }}
      onReload={onClose}
      confirm={deleteState.kind === 'running' ? 'Deleting…' : 'Delete'}
      disabled={deleteState.kind === 'running'}
      onConfirm={() => void runDelete(id).then((done) => done && onClose())}
      onClose={onClose}
    >
      {(size) => (
        <>
          <p>
            Created {formatDateTime(created_at)}.{' '}
            {isRunning ? 'Deleting it stops its job' : `Deleting it frees ${formatFileSize(size)}`} and cannot
            be undone. The dataset stays.
          </p>
          {deleteState.kind === 'failed' && <ErrorMessage>{deleteState.error.detail}</ErrorMessage>}
        </>
      )}
    </ConfirmDialog>
  );
}
