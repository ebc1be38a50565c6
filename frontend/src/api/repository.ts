/** The routes that take more of a dataset's repository. */
import type { Dataset, ExtendRequest } from '../types/dataset';
import { fetchAPI } from './client';
import { formatDatasetPath } from './query';

/** Start a larger part, which shares the files of this one, and return the new record. */
export function extendDataset(id: string, request: ExtendRequest): Promise<Dataset> {
  return fetchAPI(`${formatDatasetPath(id)}/extend`, { method: 'POST', body: request });
}
