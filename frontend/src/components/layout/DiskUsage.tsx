import { useStorage } from '../../hooks/useStorage';
import { formatFileSize } from '../../utils/formatters';

/** How much of the disk that holds the data is used and free; nothing until that is known. */
export function DiskUsage() {
  const storage = useStorage();
  if (storage.kind !== 'loaded') {
    return null;
  }
  const { used_bytes, free_bytes, path } = storage.value;
  return (
    <div className="text-sm text-slate-400 tabular-nums" title={`Disk of ${path}`}>
      Disk: {formatFileSize(used_bytes)} used • {formatFileSize(free_bytes)} free
    </div>
  );
}
