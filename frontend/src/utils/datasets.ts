/** What a dataset's record means for the panel: the one place where a status turns into what may be done. */
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
  finish: 'Finishing',
};

export type DatasetAction = 'open' | 'cancel' | 'retry' | 'delete';

/** What each status may do. */
export const DATASET_ACTIONS: Readonly<Record<DatasetStatus, readonly DatasetAction[]>> = {
  downloading: ['cancel', 'delete'],
  processing: ['cancel', 'delete'],
  ready: ['open', 'delete'],
  error: ['retry', 'delete'],
};

const TOKEN_CODES: ReadonlySet<string> = new Set(['auth_required', 'gated', 'bad_token']);
const SOURCES: Readonly<Record<Dataset['source'], string>> = {
  huggingface: 'HuggingFace',
  local: 'Local file',
};

/** Whether work on the dataset's own data goes on. */
export function isWorking(status: DatasetStatus): boolean {
  return status === 'downloading' || status === 'processing';
}

/** Whether a person stopped it: an end, but nothing that went wrong. */
export function isCancelled(dataset: Pick<Dataset, 'status' | 'error_code'>): boolean {
  return dataset.status === 'error' && dataset.error_code === 'cancelled';
}

/** Whether an error of this code may be mended by another Hugging Face token. */
export function needsHubToken(code: string | null): boolean {
  return code !== null && TOKEN_CODES.has(code);
}

/** Return the id of the button that opens a dataset; the closed window returns the focus to it. */
export function getOpenButtonId(datasetId: string): string {
  return `open-${datasetId}`;
}

/** Where a dataset came from, as it is shown. */
export function formatSource(source: Dataset['source']): string {
  return SOURCES[source];
}

/** The formats of the source's files as they are shown; one that is not known here stands as the server names it. */
export function formatFileFormats(format: string | null): string {
  return (
    format
      ?.split(', ')
      .map((name) => FORMATS[name] ?? name)
      .join(', ') ?? UNKNOWN
  );
}

/** Its size on disk; while that grows, the size of what is fetched. */
export function getDisplayedSize(dataset: Pick<Dataset, 'size_bytes' | 'metadata'>): number | null {
  return dataset.size_bytes ?? dataset.metadata.source_bytes;
}

/** What a cancelled dataset says. */
export function describeCancellation(progress: number): string {
  const kept = Math.floor(progress);
  return kept > 0 ? `Cancelled. Retry goes on from ${kept} %.` : 'Cancelled. Retry starts it again.';
}

/** Why work failed, in one sentence or more. */
export function describeFailure({ error_message }: Pick<Dataset, 'error_message'>): string {
  return error_message ?? 'It failed, and nothing says why. Retry, or look at the server’s log.';
}

/** A phase of the work as a word. */
export function formatPhase(phase: ProgressEvent['phase']): string {
  return PHASES[phase];
}

/** What is known of the work on a dataset, from the newest event or else from its job. */
export interface JobProgress {
  readonly phase: ProgressEvent['phase'] | null;
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'rows';
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  readonly attempt: number;
  readonly maxAttempts: number | null;
  /** When it is tried again; null where it does not wait for that. */
  readonly notBefore: string | null;
  /** Whether it waits for other work to make room. */
  readonly queued: boolean;
  readonly waitingFor: string | null;
  /** Per cent of the whole way; null while nothing says how far that is. */
  readonly progress: number | null;
}

/** The work on `dataset` as its card shows it; null where nothing is known of it. */
export function toJobProgress(dataset: Dataset, event: ProgressEvent | undefined): JobProgress | null {
  const { job } = dataset;
  const source = event ?? job;
  if (source === null) {
    return null;
  }
  return {
    phase: source.phase,
    done: source.done,
    total: source.total,
    unit: source.unit,
    rate: event?.rate ?? null,
    etaSeconds: event?.eta_seconds ?? null,
    attempt: source.attempt,
    maxAttempts: job?.max_attempts ?? null,
    notBefore: event === undefined && job?.state !== 'queued' ? null : source.not_before,
    queued: event === undefined && job?.state === 'queued' && job.not_before === null,
    waitingFor: event?.waiting_for ?? job?.error_message ?? null,
    progress: source.total === 0 && dataset.progress === 0 ? null : dataset.progress,
  };
}
