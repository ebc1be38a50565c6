/** Interprets a dataset's record for the panel: labels, allowed actions and job progress. */
import type { Dataset, DatasetStatus } from '../types/dataset';
import type { ProgressEvent } from '../types/events';
import { UNKNOWN } from './formatters';

const FORMATS: Readonly<Record<string, string>> = {
  arrow: 'Arrow',
  csv: 'CSV',
  json: 'JSON',
  parquet: 'Parquet',
  text: 'Text',
};
const PHASES: Readonly<Record<ProgressEvent['phase'], string>> = {
  plan: 'Planning',
  download: 'Downloading',
  ingest: 'Reading',
  statistics: 'Counting',
  tokenizing: 'Tokenizing',
  indexing: 'Indexing',
  profiling: 'Profiling columns',
  exporting: 'Writing files',
  finish: 'Finishing',
};

export type DatasetAction = 'open' | 'cancel' | 'retry' | 'delete';

/** The actions that each status allows. */
export const DATASET_ACTIONS: Readonly<Record<DatasetStatus, readonly DatasetAction[]>> = {
  downloading: ['cancel', 'delete'],
  processing: ['cancel', 'delete'],
  ready: ['open', 'delete'],
  error: ['retry', 'delete'],
};

/** The errors that lie in the files or in the settings, so that the same job fails again. */
const LASTING_CODES: ReadonlySet<string> = new Set([
  'chat_template_failed',
  'invalid_data',
  'invalid_repository',
  'loading_script',
  'no_data',
  'no_tokenizer',
  'unknown_column',
  'unknown_config',
  'unknown_revision',
  'unknown_split',
  'unknown_text',
]);
const TOKEN_CODES: ReadonlySet<string> = new Set(['auth_required', 'gated', 'bad_token']);
const SOURCES: Readonly<Record<Dataset['source'], string>> = {
  huggingface: 'HuggingFace',
  local: 'Local file',
  derived: 'Other datasets',
};

/** Return whether a job is working on the dataset's own data. */
export function isWorking(status: DatasetStatus): boolean {
  return status === 'downloading' || status === 'processing';
}

/** Return whether a user cancelled the job, which is not a failure. */
export function isCancelled(dataset: Pick<Dataset, 'status' | 'error_code'>): boolean {
  return dataset.status === 'error' && dataset.error_code === 'cancelled';
}

/** Return whether a retry of a job that failed with this code can end otherwise. */
export function canRetry(code: string | null): boolean {
  return code === null || !LASTING_CODES.has(code);
}

/** Return the actions that the dataset's status and error allow. */
export function listDatasetActions({
  status,
  error_code,
}: Pick<Dataset, 'status' | 'error_code'>): readonly DatasetAction[] {
  return DATASET_ACTIONS[status].filter((action) => action !== 'retry' || canRetry(error_code));
}

/** Return whether another Hugging Face token may resolve an error with this code. */
export function needsHubToken(code: string | null): boolean {
  return code !== null && TOKEN_CODES.has(code);
}

/** Return the id of the button that opens a dataset; closing its window returns the focus there. */
export function getOpenButtonId(datasetId: string): string {
  return `open-${datasetId}`;
}

/** Return the name of a dataset's source. */
export function formatSource(source: Dataset['source']): string {
  return SOURCES[source];
}

/** Return the names of the source files' formats; an unknown one keeps the server's name. */
export function formatFileFormats(format: string | null): string {
  return (
    format
      ?.split(', ')
      .map((name) => FORMATS[name] ?? name)
      .join(', ') ?? UNKNOWN
  );
}

/** Return the size on disk or, before it is known, the size of the source. */
export function getDisplayedSize(dataset: Pick<Dataset, 'size_bytes' | 'metadata'>): number | null {
  return dataset.size_bytes ?? dataset.metadata.source_bytes;
}

/** Describe from where the retry of a cancelled job continues. */
export function describeCancellation(progress: number): string {
  const kept = Math.floor(progress);
  return kept > 0
    ? `Cancelled. Retry continues from ${kept}%.`
    : 'Cancelled. Retry starts from the beginning.';
}

/** Describe why a job failed. */
export function describeFailure({ error_message }: Pick<Dataset, 'error_message'>): string {
  return error_message ?? 'Failed for an unknown reason. Retry, or check the server log.';
}

/** Return the name of a job's phase. */
export function formatPhase(phase: ProgressEvent['phase']): string {
  return PHASES[phase];
}

/** The progress of a dataset's job, from its latest event or else from the job's record. */
export interface JobProgress {
  readonly phase: ProgressEvent['phase'] | null;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'rows';
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  readonly attempt: number;
  readonly maxAttempts: number | null;
  /** When the job retries; null unless it waits for a retry. */
  readonly notBefore: string | null;
  /** Whether the job waits for other jobs. */
  readonly queued: boolean;
  readonly waitingFor: string | null;
  /** From 0 to 100; null while the total is unknown. */
  readonly progress: number | null;
}

/** Return the progress of the job on `dataset`; null without a job or an event. */
export function toJobProgress(dataset: Dataset, latest: ProgressEvent | undefined): JobProgress | null {
  const { job } = dataset;
  // An event of an earlier job says nothing of the one that waits now.
  const event = job !== null && latest?.job_id !== job.id ? undefined : latest;
  const source = event ?? job;
  if (source === null) {
    return null;
  }
  const { phase, done, total, unit, attempt } = source;
  const queued = event === undefined && job?.state === 'queued' && job.not_before === null;
  return {
    ...{ phase, done, total, unit, attempt },
    rate: event?.rate ?? null,
    etaSeconds: event?.eta_seconds ?? null,
    maxAttempts: job?.max_attempts ?? null,
    notBefore: event === undefined && job?.state !== 'queued' ? null : source.not_before,
    queued,
    waitingFor: event?.waiting_for ?? job?.error_message ?? null,
    // The bar of an unknown total is full: a job that waits has an empty one.
    progress: !queued && total === 0 && dataset.progress === 0 ? null : dataset.progress,
  };
}

/** Return what the texts are read from, as a sentence names it; null while it is not known. */
export function describeText({
  text_column,
  text_template,
}: Pick<Dataset, 'text_column' | 'text_template'>): string | null {
  if (text_template !== null) return `template “${text_template}”`;
  return text_column === null ? null : `column “${text_column}”`;
}
