/** Applies events to records: pure and exhaustive. A failed tokenization never changes the status of its dataset. */
import type { Dataset, DatasetDetail, DatasetStatus, Tokenization } from '../types/dataset';
import type { DatasetEvent, ProgressEvent } from '../types/events';
import { assertNever } from '../utils/assertNever';

const DATASET_STATUSES: ReadonlySet<string> = new Set<DatasetStatus>([
  'downloading',
  'processing',
  'ready',
  'error',
]);
const NO_ERROR = { error_code: null, error_message: null } as const;
const TOKENIZATION_STATUSES: ReadonlySet<string> = new Set<Tokenization['status']>([
  'queued',
  'processing',
  'ready',
  'error',
  'cancelled',
]);

/** Return `record` after `event`; the same object if the event is about another dataset or not newer. */
export function reduceDataset<Row extends Dataset>(record: Row, event: DatasetEvent): Row {
  if (event.dataset_id !== record.id || event.seq <= record.seq) {
    return record;
  }
  const newer = { ...record, seq: event.seq };
  switch (event.scope) {
    case 'dataset':
      return { ...newer, ...applyDataEvent(record, event) };
    case 'index':
      return { ...newer, index: updateIndex(event) };
    case 'tokenization':
    case 'columns':
    case 'export':
      return newer;
    default:
      return assertNever(event.scope);
  }
}

/** Return `detail` after `event`, including its tokenizations. */
export function reduceDetail(detail: DatasetDetail, event: DatasetEvent): DatasetDetail {
  const next = reduceDataset(detail, event);
  if (next === detail || event.scope !== 'tokenization') {
    return next;
  }
  const tokenizations = detail.tokenizations.map((tokenization) =>
    tokenization.id === event.tokenization_id ? updateTokenization(tokenization, event) : tokenization,
  );
  return { ...next, tokenizations };
}

function applyDataEvent(record: Dataset, event: DatasetEvent): Partial<Dataset> {
  const { progress } = event;
  switch (event.type) {
    case 'progress': {
      const status = isDatasetStatus(event.status) ? event.status : record.status;
      return { ...NO_ERROR, status, progress, job: updateJob(record.job, event) };
    }
    case 'completed': {
      const { num_samples, size_bytes } = event;
      const num_tokens = event.num_tokens ?? record.num_tokens;
      return { ...NO_ERROR, status: 'ready', progress, job: null, num_samples, num_tokens, size_bytes };
    }
    case 'error': {
      const { code: error_code, error: error_message, retryable } = event;
      return { status: 'error', progress, error_code, error_message, retryable, job: null };
    }
    default:
      return assertNever(event);
  }
}

function updateJob(job: Dataset['job'], event: Extract<DatasetEvent, { type: 'progress' }>): Dataset['job'] {
  if (job?.id !== event.job_id) {
    return job;
  }
  const { phase, done, total, unit, progress, attempt, not_before } = event;
  const state = not_before ? 'queued' : 'running';
  return { ...job, phase, done, total, unit, progress, attempt, not_before, state };
}

function updateIndex(event: DatasetEvent): Dataset['index'] {
  switch (event.type) {
    case 'progress':
      return { state: 'building', progress: event.progress };
    case 'completed':
      return { state: 'ready', progress: 100 };
    case 'error':
      return { state: 'error', progress: event.progress };
    default:
      return assertNever(event);
  }
}

function updateTokenization(tokenization: Tokenization, event: DatasetEvent): Tokenization {
  const { progress } = event;
  const status = isTokenizationStatus(event.status) ? event.status : tokenization.status;
  const next = { ...tokenization, progress, status };
  switch (event.type) {
    case 'progress':
      return { ...next, ...NO_ERROR };
    case 'completed':
      return { ...next, num_tokens: event.num_tokens ?? next.num_tokens, size_bytes: event.size_bytes };
    case 'error':
      return { ...next, error_code: event.code, error_message: event.error };
    default:
      return assertNever(event);
  }
}

/** Return whether `event` is about a tokenization that `detail` lacks, because another client started it. */
export function hasUnknownTokenization(detail: DatasetDetail, event: DatasetEvent): boolean {
  return (
    event.scope === 'tokenization' &&
    event.dataset_id === detail.id &&
    !detail.tokenizations.some(({ id }) => id === event.tokenization_id)
  );
}

function isDatasetStatus(status: string): status is DatasetStatus {
  return DATASET_STATUSES.has(status);
}

function isTokenizationStatus(status: string): status is Tokenization['status'] {
  return TOKENIZATION_STATUSES.has(status);
}

/** Return the latest progress events without rates and times left, which are outdated after a disconnect. */
export function clearRates(
  latestProgress: Readonly<Record<string, ProgressEvent>>,
): Record<string, ProgressEvent> {
  const removeRate = ([id, event]: [string, ProgressEvent]) =>
    [id, { ...event, rate: null, eta_seconds: null }] as const;
  return Object.fromEntries(Object.entries(latestProgress).map(removeRate));
}
