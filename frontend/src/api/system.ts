/** The state of the system itself. */
import type { Storage } from '../types/dataset';
import { fetchAPI } from './client';

/** The disk that holds the data, and what uses it. */
export function getStorage(signal?: AbortSignal): Promise<Storage> {
  return fetchAPI('/system/storage', signal === undefined ? {} : { signal });
}
