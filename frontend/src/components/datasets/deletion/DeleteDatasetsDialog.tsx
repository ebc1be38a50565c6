import type { Dataset, DeletePreview } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';
import { ConfirmDialog } from '../../common/ConfirmDialog';
import { ErrorMessage } from '../../common/ErrorMessage';
import { useDeletion } from './useDeletion';

interface DeleteDatasetsDialogProps {
  readonly datasets: readonly Pick<Dataset, 'id' | 'name'>[];
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Shows what deleting several datasets removes, and asks for confirmation; datasets in use are kept. */
export function DeleteDatasetsDialog({ datasets, onClose, onDeleted }: DeleteDatasetsDialogProps) {
  const ids = datasets.map(({ id }) => id);
  const { previews, reload, isDeleting, deleteAll, failures } = useDeletion(ids.join(' '));
  const allowed = previews.kind === 'loaded' ? previews.value.filter(({ allowed: may }) => may) : [];
  const confirm = async (): Promise<void> => {
    if (await deleteAll(allowed.map(({ dataset_id }) => dataset_id))) onDeleted();
  };
  return (
    <ConfirmDialog
      title={`Delete ${formatPlural(datasets.length, 'dataset')}?`}
      question={previews}
      onReload={reload}
      confirm={
        isDeleting ? 'Deleting…' : `Delete ${allowed.length === datasets.length ? 'all' : allowed.length}`
      }
      keep={datasets.length === 1 ? 'Keep it' : 'Keep them'}
      disabled={allowed.length === 0 || isDeleting}
      onConfirm={() => void confirm()}
      onClose={onClose}
    >
      {(value) => (
        <>
          <p>
            This frees <strong>{formatFileSize(sumFreedBytes(allowed))}</strong> and cannot be undone.
          </p>
          <ul aria-label="Will be deleted" className="bg-slate-800/30 rounded-lg p-4 space-y-1">
            {value.map((preview) => (
              <DatasetLine key={preview.dataset_id} preview={preview} />
            ))}
          </ul>
          {[...new Set(failures)].map((failure) => (
            <ErrorMessage key={failure}>{failure}</ErrorMessage>
          ))}
        </>
      )}
    </ConfirmDialog>
  );
}

function DatasetLine({ preview }: { readonly preview: DeletePreview }) {
  const { name, freed_bytes, tokenizations, references, allowed } = preview;
  const extent =
    tokenizations.length > 0 ? ` with ${formatPlural(tokenizations.length, 'tokenization')}` : '';
  return (
    <li className="flex justify-between gap-4 tabular-nums">
      <span className={`break-words min-w-0 ${allowed ? '' : 'text-red-400'}`}>
        {allowed
          ? `${name}${extent}`
          : `${name} stays: used by ${references.map((reference) => reference.name).join(', ')}`}
      </span>
      <span className="whitespace-nowrap">{allowed ? formatFileSize(freed_bytes) : formatFileSize(0)}</span>
    </li>
  );
}

function sumFreedBytes(previews: readonly DeletePreview[]): number {
  return previews.reduce((sum, { freed_bytes }) => sum + freed_bytes, 0);
}
