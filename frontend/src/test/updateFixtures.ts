/** Newer commits for tests. */
import type { RepositoryUpdate } from '../types/dataset';

/** Return what a newer commit changes, with changes. */
export function makeUpdate(changes: Partial<RepositoryUpdate> = {}): RepositoryUpdate {
  return {
    commit: '0123456789abcdef0123456789abcdef01234567',
    is_newer: true,
    files: [
      { path: 'train-1.parquet', split: 'train', change: 'changed', size_bytes: 1024, rows: 40 },
      { path: 'train-2.parquet', split: 'train', change: 'added', size_bytes: 1024, rows: null },
    ],
    changed_files: 2,
    unchanged_files: 3,
    fetch_bytes: 2048,
    ...changes,
  };
}
