import { openStorage } from '../../hooks/useRoute';
import { useStorage } from '../../hooks/useStorage';
import { formatFileSize } from '../../utils/formatters';

/** Used and free disk space, as a button that opens the storage dialog; not shown until the figures are known. */
export function DiskUsage() {
  const storage = useStorage();
  if (storage.kind !== 'loaded') {
    return null;
  }
  const { used_bytes, free_bytes, path } = storage.value;
  return (
    <button
      id="disk-usage"
      type="button"
      title={`Show what uses the disk at ${path}`}
      onClick={openStorage}
      className="text-sm text-slate-400 hover:text-slate-200 tabular-nums"
    >
      Disk: {formatFileSize(used_bytes)} used • {formatFileSize(free_bytes)} free
    </button>
  );
}
