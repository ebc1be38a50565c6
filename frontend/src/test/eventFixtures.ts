/** Events as the socket sends them; each test sets only the members that it needs. */
import type { CompletedEvent, ErrorEvent, ProgressEvent } from '../types/events';

const MEGABYTE = 1024 ** 2;

const SCOPED = {
  scope: 'dataset',
  seq: 11,
  dataset_id: 'ds_1',
  tokenization_id: null,
  job_id: 'job_1',
} as const;

export function makeProgress(changes: Partial<ProgressEvent> = {}): ProgressEvent {
  return {
    ...SCOPED,
    type: 'progress',
    progress: 45.2,
    status: 'downloading',
    phase: 'download',
    done: 225 * MEGABYTE,
    total: 450 * MEGABYTE,
    unit: 'bytes',
    rate: 12 * MEGABYTE,
    eta_seconds: 20,
    attempt: 1,
    not_before: null,
    waiting_for: null,
    ...changes,
  };
}

export function makeCompleted(changes: Partial<CompletedEvent> = {}): CompletedEvent {
  return {
    ...SCOPED,
    type: 'completed',
    progress: 100,
    status: 'ready',
    num_samples: 10_000,
    num_tokens: null,
    size_bytes: 450 * MEGABYTE,
    ...changes,
  };
}

export function makeError(changes: Partial<ErrorEvent> = {}): ErrorEvent {
  return {
    ...SCOPED,
    type: 'error',
    progress: 45.2,
    status: 'error',
    error: 'The Hub does not answer.',
    code: 'hub_unreachable',
    retryable: true,
    ...changes,
  };
}
