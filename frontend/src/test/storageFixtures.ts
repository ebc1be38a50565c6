/** Answers of the API about the Hub, deletions and the disk, for tests. */
import type { DeletePreview, HubDataset, Storage } from '../types/dataset';
import { MEGABYTE } from './fixtures';

export function makeHubDataset(changes: Partial<HubDataset> = {}): HubDataset {
  return {
    repo_id: 'roneneldan/TinyStories',
    revision: 'f54c09f',
    config: 'default',
    default_config: 'default',
    configs: ['default'],
    splits: [
      { name: 'train', num_files: 4, num_rows: null, num_bytes: null },
      { name: 'validation', num_files: 1, num_rows: null, num_bytes: null },
    ],
    num_files: 5,
    size_bytes: 450 * MEGABYTE,
    format: 'parquet',
    columns: [{ name: 'text', type: 'string' }],
    gated: false,
    private: false,
    access: 'granted',
    license: null,
    description: null,
    fetch_bytes: 450 * MEGABYTE,
    fetch_rows: null,
    fetch_files: 5,
    fetch_is_exact: true,
    needed_bytes: 1024 * MEGABYTE,
    free_bytes: 3 * 1024 * MEGABYTE,
    fits: true,
    existing_dataset_id: null,
    ...changes,
  };
}

export function makeDeletePreview(changes: Partial<DeletePreview> = {}): DeletePreview {
  return {
    dataset_id: 'ds_1',
    name: 'TinyStories',
    freed_bytes: 451 * MEGABYTE,
    parts: [
      { part: 'raw', tokenization_id: null, label: 'Data', size_bytes: 450 * MEGABYTE },
      { part: 'index', tokenization_id: null, label: 'Search index', size_bytes: MEGABYTE },
    ],
    jobs: [],
    tokenizations: [],
    references: [],
    allowed: true,
    ...changes,
  };
}

export function makeStorage(changes: Partial<Storage> = {}): Storage {
  return {
    path: '/data',
    total_bytes: 500 * 1024 * MEGABYTE,
    free_bytes: 300 * 1024 * MEGABYTE,
    used_bytes: 150 * 1024 * MEGABYTE,
    datasets: [],
    cache_bytes: 0,
    trash_bytes: 0,
    database_bytes: 0,
    ...changes,
  };
}
