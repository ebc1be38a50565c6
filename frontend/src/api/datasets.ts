/** The dataset routes of the API. */
import type {
  Dataset,
  DatasetDetail,
  DatasetDownloadRequest,
  DatasetListResponse,
  DatasetSample,
  DatasetStatistics,
  DatasetStatus,
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
  /** Left out: all splits. */
  readonly split?: string | null;
  readonly search?: string;
  readonly mode?: SampleListResponse['search']['mode'];
  /** Whether capital letters matter to the search. */
  readonly case?: boolean | null;
  readonly min_tokens?: number | null;
  readonly max_tokens?: number | null;
  /** Whose tokens are counted; left out: the newest that is ready. */
  readonly tokenization?: string | null;
  readonly page: number;
  readonly limit: number;
}

/** One page of datasets, newest first. */
export function getDatasets(query: DatasetQuery = {}, signal?: AbortSignal): Promise<DatasetListResponse> {
  return fetchAPI(`/datasets${formatQuery({ ...query })}`, withSignal(signal));
}

/** One dataset with everything that its window shows. */
export function getDataset(id: string, signal?: AbortSignal): Promise<DatasetDetail> {
  return fetchAPI(formatDatasetPath(id), withSignal(signal));
}

/** Start a download; the answer is the record, whose work then goes on by itself. */
export function downloadDataset(request: DatasetDownloadRequest): Promise<Dataset> {
  return fetchAPI('/datasets/download', { method: 'POST', body: request });
}

/** Try again what failed or was cancelled; what it had is kept. */
export function retryDataset(id: string, request: RetryRequest = {}): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/retry`, { method: 'POST', body: request });
}

/** Stop the work under way; what it had is kept. */
export function cancelDataset(id: string): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/cancel`, { method: 'POST' });
}

/** What a delete would take with it, and what stands in its way. */
export function previewDelete(id: string, signal?: AbortSignal): Promise<DeletePreview> {
  return fetchAPI(`${formatDatasetPath(id)}?dry_run=true`, { method: 'DELETE', ...withSignal(signal) });
}

/** Delete the dataset and all its files. */
export function deleteDataset(id: string): Promise<void> {
  return fetchAPI(formatDatasetPath(id), { method: 'DELETE' });
}

/** One page of a dataset's samples; long texts are cut. */
export function getDatasetSamples(
  id: string,
  query: SampleQuery,
  signal?: AbortSignal,
): Promise<SampleListResponse> {
  return fetchAPI(`${formatDatasetPath(id)}/samples${formatQuery({ ...query })}`, withSignal(signal));
}

/** One sample whole; as tokens, too, where a tokenization is named. */
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

/** A dataset in exact figures, its tokens as `tokenization` has them; null: the newest that is ready. */
export function getDatasetStatistics(
  id: string,
  tokenization: string | null,
  signal?: AbortSignal,
): Promise<DatasetStatistics> {
  return fetchAPI(`${formatDatasetPath(id)}/statistics${formatQuery({ tokenization })}`, withSignal(signal));
}

/** What each of `maxLengths` would cost, from a tokenization's exact lengths or by a tokenizer's estimate. */
export function getWhatIf(
  id: string,
  source: { readonly tokenization: string } | { readonly tokenizer: string },
  maxLengths: readonly number[],
  signal?: AbortSignal,
): Promise<WhatIf> {
  const query = formatQuery({ ...source, max_length: maxLengths });
  return fetchAPI(`${formatDatasetPath(id)}/what-if${query}`, withSignal(signal));
}

/** Make the dataset that comes with the studio, without a network. */
export function createSampleDataset(): Promise<Dataset> {
  return fetchAPI('/datasets/sample', { method: 'POST' });
}
