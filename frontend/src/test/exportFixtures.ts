import type { Export } from '../types/dataset';

/** Return a finished export of a dataset. */
export function makeExport(changes: Partial<Export> = {}): Export {
  return {
    id: 'job_1',
    dataset_id: 'ds_1',
    tokenization_id: null,
    format: 'csv',
    columns: null,
    splits: ['train'],
    state: 'succeeded',
    progress: 100,
    error_code: null,
    error_message: null,
    path: '/data/datasets/ds_1/exports/job_1/files',
    files: [{ path: 'train-00000-of-00001.csv', bytes: 2_048, sha256: 'ab' }],
    bytes: 2_048,
    rows: 30,
    notes: ['An empty cell is null; an empty text is a pair of quotes.'],
    created_at: '2026-11-23T10:00:00Z',
    finished_at: '2026-11-23T10:00:01Z',
    ...changes,
  };
}
