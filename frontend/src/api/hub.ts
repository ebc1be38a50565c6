/** Questions about a repository on the Hub, before anything is fetched. */
import type { HubDataset } from '../types/dataset';
import { fetchAPI } from './client';
import { formatQuery, withSignal } from './query';

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
  return fetchAPI(`/hub/datasets/${path}${formatQuery({ config: query.config, revision: query.revision })}`, {
    ...(query.token ? { headers: { 'X-HF-Token': query.token } } : {}),
    ...withSignal(signal),
  });
}
