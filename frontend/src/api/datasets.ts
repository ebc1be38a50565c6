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
import { abortable, datasetPath, searchOf } from './query';

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
  return fetchAPI(`/datasets${searchOf({ ...query })}`, abortable(signal));
}

/** One dataset with everything that its window shows. */
export function getDataset(id: string, signal?: AbortSignal): Promise<DatasetDetail> {
  return fetchAPI(datasetPath(id), abortable(signal));
}

/** Start a download; the answer is the record, whose work then goes on by itself. */
export function downloadDataset(request: DatasetDownloadRequest): Promise<Dataset> {
  return fetchAPI('/datasets/download', { method: 'POST', body: request });
}

/** Try again what failed or was cancelled; what it had is kept. */
export function retryDataset(id: string, request: RetryRequest = {}): Promise<Dataset> {
  return fetchAPI(`${datasetPath(id)}/retry`, { method: 'POST', body: request });
}

/** Stop the work under way; what it had is kept. */
export function cancelDataset(id: string): Promise<Dataset> {
  return fetchAPI(`${datasetPath(id)}/cancel`, { method: 'POST' });
}

/** What a delete would take with it, and what stands in its way. */
export function previewDelete(id: string, signal?: AbortSignal): Promise<DeletePreview> {
  return fetchAPI(`${datasetPath(id)}?dry_run=true`, { method: 'DELETE', ...abortable(signal) });
}

/** Delete the dataset and all its files. */
export function deleteDataset(id: string): Promise<void> {
  return fetchAPI(datasetPath(id), { method: 'DELETE' });
}

/** One page of a dataset's samples; long texts are cut. */
export function getDatasetSamples(
  id: string,
  query: SampleQuery,
  signal?: AbortSignal,
): Promise<SampleListResponse> {
  return fetchAPI(`${datasetPath(id)}/samples${searchOf({ ...query })}`, abortable(signal));
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
  const path = `${datasetPath(id)}/samples/${encodeURIComponent(split)}/${row}`;
  return fetchAPI(`${path}${searchOf({ tokenization })}`, abortable(signal));
}

/** A dataset in exact figures, its tokens as `tokenization` has them; null: the newest that is ready. */
export function getDatasetStatistics(
  id: string,
  tokenization: string | null,
  signal?: AbortSignal,
): Promise<DatasetStatistics> {
  return fetchAPI(`${datasetPath(id)}/statistics${searchOf({ tokenization })}`, abortable(signal));
}

/** What each of `maxLengths` would cost, from a tokenization's exact lengths or by a tokenizer's estimate. */
export function getWhatIf(
  id: string,
  source: { readonly tokenization: string } | { readonly tokenizer: string },
  maxLengths: readonly number[],
  signal?: AbortSignal,
): Promise<WhatIf> {
  const query = searchOf({ ...source, max_length: maxLengths });
  return fetchAPI(`${datasetPath(id)}/what-if${query}`, abortable(signal));
}

/** Make the dataset that comes with the studio, without a network. */
export function createSampleDataset(): Promise<Dataset> {
  return fetchAPI('/datasets/sample', { method: 'POST' });
}
