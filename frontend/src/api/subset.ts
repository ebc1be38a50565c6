/** The routes of subsets. */
import type { Dataset, SubsetPreview, SubsetRequest } from '../types/dataset';
import { fetchAPI } from './client';
import { withSignal } from './query';

/** Fetch which rows of a dataset a subset would have. */
export function previewSubset(
  datasetId: string,
  request: SubsetRequest,
  signal?: AbortSignal,
): Promise<SubsetPreview> {
  const options = { method: 'POST', body: request, ...withSignal(signal) } as const;
  return fetchAPI(`/datasets/${encodeURIComponent(datasetId)}/subset/preview`, options);
}

/** Start making a subset and return the new record; the job runs on the server. */
export function createSubset(datasetId: string, request: SubsetRequest): Promise<Dataset> {
  return fetchAPI(`/datasets/${encodeURIComponent(datasetId)}/subset`, { method: 'POST', body: request });
}
