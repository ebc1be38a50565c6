/**
 * What an event changes: pure, exhaustive, and only the record that the event's scope names. A failed tokenization
 * never turns a ready dataset red.
 */
import type { Dataset, DatasetDetail, DatasetStatus, Tokenization } from '../types/dataset';
import type { DatasetEvent, ProgressEvent } from '../types/events';
import { assertNever } from '../utils/assertNever';

const DATASET_STATUSES: ReadonlySet<string> = new Set<DatasetStatus>([
  'downloading',
  'processing',
  'ready',
  'error',
]);
const TOKENIZATION_STATUSES: ReadonlySet<string> = new Set<Tokenization['status']>([
  'queued',
  'processing',
  'ready',
  'error',
  'cancelled',
]);

/** `record` after `event`; the very same object where the event is of another dataset, or not newer than the record. */
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
      return newer;
    default:
      return assertNever(event.scope);
  }
}

/** `detail` after `event`, its tokenizations included. */
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
  switch (event.type) {
    case 'progress':
      return {
        status: isDatasetStatus(event.status) ? event.status : record.status,
        progress: event.progress,
        error_code: null,
        error_message: null,
        job: updateJob(record.job, event),
      };
    case 'completed':
      return {
        status: 'ready',
        progress: event.progress,
        error_code: null,
        error_message: null,
        job: null,
        num_samples: event.num_samples,
        num_tokens: event.num_tokens ?? record.num_tokens,
        size_bytes: event.size_bytes,
      };
    case 'error':
      return {
        status: 'error',
        progress: event.progress,
        error_code: event.code,
        error_message: event.error,
        retryable: event.retryable,
        job: null,
      };
    default:
      return assertNever(event);
  }
}

function updateJob(job: Dataset['job'], event: Extract<DatasetEvent, { type: 'progress' }>): Dataset['job'] {
  if (job?.id !== event.job_id) {
    return job;
  }
  const { phase, done, total, unit, progress, attempt, not_before } = event;
  return {
    ...job,
    phase,
    done,
    total,
    unit,
    progress,
    attempt,
    not_before,
    state: not_before ? 'queued' : 'running',
  };
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
  const { status, progress } = event;
  const next = {
    ...tokenization,
    progress,
    status: isTokenizationStatus(status) ? status : tokenization.status,
  };
  switch (event.type) {
    case 'progress':
      return { ...next, error_code: null, error_message: null };
    case 'completed':
      return { ...next, num_tokens: event.num_tokens ?? next.num_tokens, size_bytes: event.size_bytes };
    case 'error':
      return { ...next, error_code: event.code, error_message: event.error };
    default:
      return assertNever(event);
  }
}

/** Whether `event` is about a tokenization that `detail` does not have: it was begun elsewhere. */
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

/** The newest progress of each, without what holds only while there is more of it. */
export function clearRates(
  latestProgress: Readonly<Record<string, ProgressEvent>>,
): Record<string, ProgressEvent> {
  const removeRate = ([id, event]: [string, ProgressEvent]) =>
    [id, { ...event, rate: null, eta_seconds: null }] as const;
  return Object.fromEntries(Object.entries(latestProgress).map(removeRate));
}
