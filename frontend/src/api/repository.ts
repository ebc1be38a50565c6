/** The routes that take more of a dataset's repository. */
import type { Dataset, ExtendRequest, RepositoryUpdate } from '../types/dataset';
import { fetchAPI } from './client';
import { formatDatasetPath } from './query';

/** Start a larger part, which shares the files of this one, and return the new record. */
export function extendDataset(id: string, request: ExtendRequest): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/extend`, { method: 'POST', body: request });
}

/** Fetch what the newest commit changes; `accessToken` null uses the server's own token, if it has one. */
export function checkUpdate(id: string, accessToken: string | null): Promise<RepositoryUpdate> {
  const headers = accessToken === null ? {} : { headers: { 'X-HF-Token': accessToken } };
  return fetchAPI(`${formatDatasetPath(id)}/update`, headers);
}

/** Start the download of the newest commit, and return the new record. */
export function createUpdate(id: string, accessToken: string | null): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/update`, { method: 'POST', body: { access_token: accessToken } });
}
