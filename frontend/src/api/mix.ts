/** The routes of mixtures. */
import type { Dataset, MixPreview, MixRequest } from '../types/dataset';
import { fetchAPI } from './client';
import { withSignal } from './query';

/** Fetch what each part of a mixture would contribute. */
export function previewMix(request: MixRequest, signal?: AbortSignal): Promise<MixPreview> {
  return fetchAPI('/datasets/mix/preview', { method: 'POST', body: request, ...withSignal(signal) });
}

/** Start mixing and return the new record; the job runs on the server. */
export function mixDatasets(request: MixRequest): Promise<Dataset> {
  return fetchAPI('/datasets/mix', { method: 'POST', body: request });
}
