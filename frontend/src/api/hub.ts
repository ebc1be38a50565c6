/** Questions about a repository on the Hub, before anything is fetched. */
import type { HubDataset } from '../types/dataset';
import { fetchAPI } from './client';

export interface HubQuery {
  readonly repoId: string;
  readonly config?: string;
  readonly revision?: string;
  /** A Hugging Face token; it travels in a header, so that no log of addresses holds it. */
  readonly token?: string;
}

/** What a repository holds, whether it may be fetched, and whether it would fit. */
export function getHubDataset(query: HubQuery, signal?: AbortSignal): Promise<HubDataset> {
  const path = query.repoId.split('/').map(encodeURIComponent).join('/');
  const params = new URLSearchParams();
  if (query.config) params.set('config', query.config);
  if (query.revision) params.set('revision', query.revision);
  const text = params.toString();
  return fetchAPI(`/hub/datasets/${path}${text === '' ? '' : `?${text}`}`, {
    ...(query.token ? { headers: { 'X-HF-Token': query.token } } : {}),
    ...(signal === undefined ? {} : { signal }),
  });
}
