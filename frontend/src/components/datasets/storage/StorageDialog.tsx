import { Trash2 } from 'lucide-react';

import { useStorage } from '../../../hooks/useStorage';
import { useStorageStore } from '../../../stores/storageStore';
import type { Dataset, Storage } from '../../../types/dataset';
import { assertNever } from '../../../utils/assertNever';
import { formatFileSize, formatPercent } from '../../../utils/formatters';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { IconButton } from '../../common/IconButton';
import { LoadFailure } from '../../common/LoadFailure';
import { tile } from '../../common/styles';

type DatasetName = Pick<Dataset, 'id' | 'name'>;

interface StorageDialogProps {
  readonly onDelete: (dataset: DatasetName) => void;
  readonly onClose: () => void;
}

/** What uses the disk, largest first, with a delete button for each dataset. */
export function StorageDialog({ onDelete, onClose }: StorageDialogProps) {
  const storage = useStorage();
  const refresh = useStorageStore((state) => state.refreshStorage);
  const content = () => {
    switch (storage.kind) {
      case 'loading':
        return <p role="status">Measuring…</p>;
      case 'failed':
        return <LoadFailure error={storage.error} onRetry={() => void refresh()} />;
      case 'loaded':
        return <Usage storage={storage.value} onDelete={onDelete} />;
      default:
        return assertNever(storage);
    }
  };
  return (
    <Dialog labelledBy="storage-title" onClose={onClose} width="max-w-3xl" returnFocusTo="disk-usage">
      <DialogHeader id="storage-title" title="Storage" onClose={onClose} />
      <div className="p-6 overflow-y-auto flex-1 space-y-6">{content()}</div>
    </Dialog>
  );
}

interface UsageProps {
  readonly storage: Storage;
  readonly onDelete: (dataset: DatasetName) => void;
}

function Usage({ storage, onDelete }: UsageProps) {
  const { path, total_bytes, used_bytes, free_bytes, cache_bytes, trash_bytes, database_bytes } = storage;
  const other_bytes = Math.max(0, total_bytes - free_bytes - used_bytes);
  const datasets = [...storage.datasets].sort((one, other) => other.size_bytes - one.size_bytes);
  const otherSizes: [string, number][] = [
    ['Tokenizers and dataset cards from the Hub', cache_bytes],
    ['Database', database_bytes],
    ['Being deleted', trash_bytes],
  ];
  return (
    <>
      <section aria-label="Disk" className="space-y-2">
        <div className="flex bg-slate-800 rounded-full h-2 overflow-hidden" aria-hidden="true">
          <div className="bg-emerald-500" style={{ width: formatShare(used_bytes, total_bytes) }} />
          <div className="bg-slate-600" style={{ width: formatShare(other_bytes, total_bytes) }} />
        </div>
        <p className="text-sm text-slate-400 tabular-nums">
          {formatFileSize(used_bytes)} used by miStudio • {formatFileSize(other_bytes)} used by other files •{' '}
          {formatFileSize(free_bytes)} free of {formatFileSize(total_bytes)}
        </p>
        <p className="text-sm text-slate-400 wrap-anywhere">
          Data folder: <code>{path}</code>
        </p>
      </section>
      {datasets.length === 0 && (
        <p className="text-sm text-slate-400">
          No datasets on this disk. Download or import one to see its size here.
        </p>
      )}
      <ul aria-label="Datasets by size" className="space-y-3">
        {datasets.map((dataset) => (
          <li key={dataset.dataset_id} className={tile}>
            <DatasetUsage dataset={dataset} onDelete={onDelete} />
          </li>
        ))}
      </ul>
      <dl aria-label="Other files" className={`${tile} text-sm text-slate-400 space-y-1`}>
        {otherSizes.map(([name, bytes]) => (
          <SizeLine key={name} name={name} bytes={bytes} />
        ))}
      </dl>
    </>
  );
}

function formatShare(bytes: number, total: number): string {
  return formatPercent((100 * bytes) / Math.max(1, total));
}

function DatasetUsage({
  dataset,
  onDelete,
}: { readonly dataset: Storage['datasets'][number] } & Pick<UsageProps, 'onDelete'>) {
  const { dataset_id: id, name, size_bytes, parts } = dataset;
  return (
    <>
      <div className="flex items-center justify-between gap-4">
        <h3 className="font-medium break-words min-w-0">
          <bdi>{name}</bdi>
        </h3>
        <div className="flex items-center gap-3">
          <span className="tabular-nums whitespace-nowrap">{formatFileSize(size_bytes)}</span>
          <IconButton icon={Trash2} label={`Delete ${name}`} onClick={() => onDelete({ id, name })} />
        </div>
      </div>
      <dl className="mt-2 text-sm text-slate-400 space-y-1">
        {parts.map(({ part, tokenization_id, label, size_bytes: bytes }) => (
          <SizeLine key={`${part}-${tokenization_id ?? label}`} name={label} bytes={bytes} />
        ))}
      </dl>
    </>
  );
}

function SizeLine({ name, bytes }: { readonly name: string; readonly bytes: number }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="break-words min-w-0">
        <bdi>{name}</bdi>
      </dt>
      <dd className="tabular-nums whitespace-nowrap">{formatFileSize(bytes)}</dd>
    </div>
  );
}
