/** The dataset routes of the API. */
import type {
  Dataset,
  DatasetDetail,
  DatasetDownloadRequest,
  DatasetListResponse,
  DatasetSample,
  DatasetStatus,
  DeletePreview,
  RetryRequest,
  SampleListResponse,
} from '../types/dataset';
import { fetchAPI } from './client';

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
  readonly split?: string;
  readonly page: number;
  readonly limit: number;
}

/** One page of datasets, newest first. */
export function getDatasets(query: DatasetQuery = {}, signal?: AbortSignal): Promise<DatasetListResponse> {
  return fetchAPI(`/datasets${search({ ...query })}`, abortable(signal));
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
  return fetchAPI(`${datasetPath(id)}/samples${search({ ...query })}`, abortable(signal));
}

/** One sample whole. */
export function getDatasetSample(
  id: string,
  { split, row }: Pick<DatasetSample, 'split' | 'row'>,
  signal?: AbortSignal,
): Promise<DatasetSample> {
  return fetchAPI(`${datasetPath(id)}/samples/${encodeURIComponent(split)}/${row}`, abortable(signal));
}

function datasetPath(id: string): string {
  return `/datasets/${encodeURIComponent(id)}`;
}

function abortable(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

function search(query: Readonly<Record<string, string | number | undefined>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') {
      params.set(name, String(value));
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}
