/** The dataset routes of the API. */
import type {
  Dataset,
  DatasetDetail,
  DatasetDownloadRequest,
  DatasetListResponse,
  ColumnsResponse,
  DatasetSample,
  DatasetStatistics,
  DatasetStatus,
  DatasetUpdateRequest,
  DeletePreview,
  RetryRequest,
  SampleDetail,
  SampleListResponse,
  WhatIf,
} from '../types/dataset';
import { fetchAPI } from './client';
import { formatDatasetPath, formatQuery, withSignal } from './query';

export { fetchAPI };

export interface DatasetQuery {
  readonly status?: DatasetStatus;
  readonly source?: Dataset['source'];
  readonly search?: string;
  readonly page?: number;
  readonly limit?: number;
}

export interface SampleQuery {
  /** Each a JSON array of column, operator and value. */
  readonly where?: readonly string[];
  readonly order_by?: string | null;
  /** Left out or null: all splits. */
  readonly split?: string | null;
  readonly search?: string;
  readonly mode?: SampleListResponse['search']['mode'];
  /** Whether the search is case-sensitive. */
  readonly case?: boolean | null;
  readonly min_tokens?: number | null;
  readonly max_tokens?: number | null;
  /** The tokenization that counts the tokens; left out or null: the newest ready one. */
  readonly tokenization?: string | null;
  readonly page: number;
  readonly limit: number;
}

/** Fetch one page of datasets, newest first. */
export function getDatasets(query: DatasetQuery = {}, signal?: AbortSignal): Promise<DatasetListResponse> {
  return fetchAPI(`/datasets${formatQuery({ ...query })}`, withSignal(signal));
}

/** Fetch one dataset with everything that its window shows. */
export function getDataset(id: string, signal?: AbortSignal): Promise<DatasetDetail> {
  return fetchAPI(formatDatasetPath(id), withSignal(signal));
}

/** Start a download and return the new record; the job runs on the server. */
export function downloadDataset(request: DatasetDownloadRequest): Promise<Dataset> {
  return fetchAPI('/datasets/download', { method: 'POST', body: request });
}

/** Change a dataset's name, tags, note or text; what is left out stays as it is. */
export function updateDataset(id: string, changes: DatasetUpdateRequest): Promise<Dataset> {
  return fetchAPI(formatDatasetPath(id), { method: 'PATCH', body: changes });
}

/** Retry a failed or cancelled dataset from where it stopped. */
export function retryDataset(id: string, request: RetryRequest = {}): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/retry`, { method: 'POST', body: request });
}

/** Cancel the running job; the server keeps what it has so far. */
export function cancelDataset(id: string): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/cancel`, { method: 'POST' });
}

/** Fetch what a deletion would remove, and what prevents it. */
export function previewDelete(id: string, signal?: AbortSignal): Promise<DeletePreview> {
  return fetchAPI(`${formatDatasetPath(id)}?dry_run=true`, { method: 'DELETE', ...withSignal(signal) });
}

/** Delete the dataset and all its files. */
export function deleteDataset(id: string): Promise<void> {
  return fetchAPI(formatDatasetPath(id), { method: 'DELETE' });
}

/** Fetch one page of a dataset's samples; long texts are shortened. */
export function getDatasetSamples(
  id: string,
  query: SampleQuery,
  signal?: AbortSignal,
): Promise<SampleListResponse> {
  return fetchAPI(`${formatDatasetPath(id)}/samples${formatQuery({ ...query })}`, withSignal(signal));
}

/** Fetch the profiles of a dataset's columns, or how far their job is. */
export function getColumns(id: string, signal?: AbortSignal): Promise<ColumnsResponse> {
  return fetchAPI(`${formatDatasetPath(id)}/columns`, withSignal(signal));
}

/** Have the profiles of a dataset's columns computed. */
export function profileColumns(id: string): Promise<ColumnsResponse> {
  return fetchAPI(`${formatDatasetPath(id)}/columns`, { method: 'POST' });
}

/** Fetch one sample in full, with its tokens if `tokenization` is given. */
export function getDatasetSample(
  id: string,
  {
    split,
    row,
    tokenization,
  }: Pick<DatasetSample, 'split' | 'row'> & { readonly tokenization?: string | null },
  signal?: AbortSignal,
): Promise<SampleDetail> {
  const path = `${formatDatasetPath(id)}/samples/${encodeURIComponent(split)}/${row}`;
  return fetchAPI(`${path}${formatQuery({ tokenization })}`, withSignal(signal));
}

/** Fetch a dataset's exact statistics, with tokens counted by `tokenization`; null: the newest ready one. */
export function getDatasetStatistics(
  id: string,
  tokenization: string | null,
  signal?: AbortSignal,
): Promise<DatasetStatistics> {
  return fetchAPI(`${formatDatasetPath(id)}/statistics${formatQuery({ tokenization })}`, withSignal(signal));
}

/** Fetch what each of `maxLengths` would cost: exact from a tokenization, estimated from a tokenizer. */
export function getWhatIf(
  id: string,
  source: { readonly tokenization: string } | { readonly tokenizer: string },
  maxLengths: readonly number[],
  signal?: AbortSignal,
): Promise<WhatIf> {
  const query = formatQuery({ ...source, max_length: maxLengths });
  return fetchAPI(`${formatDatasetPath(id)}/what-if${query}`, withSignal(signal));
}

/** Create the bundled sample dataset; this needs no network. */
export function createSampleDataset(signal?: AbortSignal): Promise<Dataset> {
  return fetchAPI('/datasets/sample', { method: 'POST', ...withSignal(signal) });
}
