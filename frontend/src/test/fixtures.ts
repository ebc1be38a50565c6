/** Records as the API returns them; each test sets only the members that it needs. */
import type {
  Dataset,
  ColumnProfile,
  DatasetDetail,
  DatasetListResponse,
  DatasetSample,
  Job,
  SampleListResponse,
  SubsetPreview,
  Tokenization,
} from '../types/dataset';

const TIME = '2026-11-23T12:00:00Z';
export const MEGABYTE = 1024 ** 2;

export function makeJob(changes: Partial<Job> = {}): Job {
  return {
    id: 'job_1',
    kind: 'download',
    dataset_id: 'ds_1',
    tokenization_id: null,
    state: 'running',
    phase: 'download',
    done: 200 * MEGABYTE,
    total: 450 * MEGABYTE,
    unit: 'bytes',
    progress: 40,
    attempt: 1,
    max_attempts: 3,
    not_before: null,
    cancel_requested: false,
    error_code: null,
    error_message: null,
    created_at: TIME,
    started_at: TIME,
    finished_at: null,
    ...changes,
  };
}

const COLUMNS: DatasetDetail['columns'] = [
  { name: 'text', type: 'string', kind: 'text', nulls: 0, characters: 1, feature: null, labels: [] },
  { name: 'id', type: 'int64', kind: 'other', nulls: 0, characters: null, feature: null, labels: [] },
];

export function makeDataset(changes: Partial<Dataset> = {}): Dataset {
  return {
    id: 'ds_1',
    name: 'TinyStories',
    source: 'huggingface',
    hf_repo_id: 'roneneldan/TinyStories',
    config: null,
    revision: 'f54c09fd23315a6f9c86f9dc80f725de7d8f9c64',
    status: 'ready',
    progress: 100,
    error_code: null,
    error_message: null,
    retryable: false,
    raw_path: '/data/datasets/ds_1/raw',
    tokenized_path: null,
    num_samples: 10_000,
    num_tokens: null,
    avg_seq_length: null,
    vocab_size: null,
    size_bytes: 450 * MEGABYTE,
    splits: [
      { name: 'train', num_files: 1, num_rows: 9_000, num_bytes: 1 },
      { name: 'validation', num_files: 1, num_rows: 1_000, num_bytes: 1 },
    ],
    text_column: 'text',
    text_template: null,
    note: null,
    tags: [],
    metadata: {
      description: 'Short stories.',
      license: 'cdla-sharing-1.0',
      gated: false,
      format: 'Parquet',
      source_bytes: 500 * MEGABYTE,
      source_files: 2,
      text_column_reason: 'It is called “text”.',
      characters: null,
      text_bytes: null,
      null_texts: null,
      empty_texts: null,
      invalid_texts: null,
      schema_notices: [],
      parents: [],
      mixture: null,
      subset: null,
      incomplete_texts: null,
      columns: COLUMNS,
      reading_notes: [],
      skipped_files: [],
    },
    parents: [],
    amount: { kind: 'all' },
    order: 'first',
    seed: 0,
    null_texts: null,
    empty_texts: null,
    invalid_texts: null,
    notices: [],
    index: { state: 'none', progress: 0 },
    seq: 10,
    job: null,
    created_at: TIME,
    updated_at: TIME,
    ...changes,
  };
}

export function makeDownloadingDataset(changes: Partial<Dataset> = {}): Dataset {
  return makeDataset({
    status: 'downloading',
    progress: 40,
    size_bytes: null,
    num_samples: null,
    job: makeJob(),
    ...changes,
  });
}

export function makeFailedDataset(changes: Partial<Dataset> = {}): Dataset {
  return makeDataset({
    status: 'error',
    progress: 45.9,
    error_code: 'hub_unreachable',
    error_message: 'The Hub does not answer.',
    ...changes,
  });
}

export function makeDetail(changes: Partial<DatasetDetail> = {}): DatasetDetail {
  return {
    ...makeDataset(),
    columns: COLUMNS,
    jobs: [],
    tokenizations: [],
    usage: [{ title: 'Load the data', code: 'load_dataset("parquet")' }],
    ...changes,
  };
}

export function makeTokenization(changes: Partial<Tokenization> = {}): Tokenization {
  return {
    id: 'tok_1',
    dataset_id: 'ds_1',
    model_id: null,
    tokenizer: 'gpt2',
    tokenizer_revision: null,
    fingerprint: null,
    settings: {},
    status: 'processing',
    progress: 10,
    error_code: null,
    error_message: null,
    path: null,
    engine: null,
    engine_reason: null,
    num_rows: null,
    num_tokens: null,
    num_positions: null,
    unique_tokens: null,
    vocab_size: null,
    size_bytes: null,
    warnings: [],
    created_at: TIME,
    completed_at: null,
    ...changes,
  };
}

export function makeList(data: Dataset[], total = data.length): DatasetListResponse {
  return { data, pagination: { page: 1, limit: 50, total, has_next: total > data.length, has_prev: false } };
}

export function makeSample(changes: Partial<DatasetSample> = {}): DatasetSample {
  return {
    id: 1,
    split: 'train',
    row: 1,
    text: 'Once upon a time.',
    text_is_null: false,
    token_count: null,
    char_count: 17,
    truncated: false,
    marks: [],
    columns: {},
    ...changes,
  };
}

export function makeSamplePage(
  data: DatasetSample[],
  { page = 1, total = data.length } = {},
): SampleListResponse {
  const limit = 50;
  return {
    data,
    pagination: { page, limit, total, has_next: page * limit < total, has_prev: page > 1 },
    search: {
      mode: null,
      took_ms: 1,
      exact_total: true,
      case: false,
      sort: 'row',
      order_by: null,
      index: false,
      partial: false,
      tokenization_id: null,
      note: null,
    },
  };
}

export function makeColumnProfile(changes: Partial<ColumnProfile> = {}): ColumnProfile {
  return {
    name: 'stars',
    type: 'int64',
    kind: 'number',
    rows: 100,
    nulls: 0,
    distinct: 5,
    distinct_is_exact: true,
    measure: 'value',
    min: 1,
    max: 5,
    mean: 3,
    top: [],
    histogram: [],
    ...changes,
  };
}

/** Half of 100 rows match. */
export function makeSubsetPreview(changes: Partial<SubsetPreview> = {}): SubsetPreview {
  return {
    rows: 100,
    matched: 50,
    taken: 50,
    stages: [{ kind: 'filter', rows: 100, kept: 50, dropped: { not_matched: 50 } }],
    kept: [{ split: 'train', row: 0, text: 'dog 0' }],
    dropped: [{ split: 'train', row: 1, text: 'cat 1' }],
    sample_rows: 0,
    steps: [],
    note: null,
    ...changes,
  };
}
