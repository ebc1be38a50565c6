/** Looks up a repository on the Hub before anything is downloaded. */
import type { HubDataset } from '../types/dataset';
import { fetchAPI } from './client';
import { formatQuery, withSignal } from './query';

export interface HubQuery {
  readonly repoId: string;
  readonly config?: string;
  readonly revision?: string;
  /** A Hugging Face token; it is sent in a header so that no access log contains it. */
  readonly token?: string;
  /** How much is asked for; left out: everything. */
  readonly part?: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Fetch what a repository contains, whether it can be downloaded and whether it fits on the disk. */
export function getHubDataset(query: HubQuery, signal?: AbortSignal): Promise<HubDataset> {
  const path = query.repoId.split('/').map(encodeURIComponent).join('/');
  const parameters = formatQuery({ config: query.config, revision: query.revision, ...query.part });
  return fetchAPI(`/hub/datasets/${path}${parameters}`, {
    ...(query.token ? { headers: { 'X-HF-Token': query.token } } : {}),
    ...withSignal(signal),
  });
}
