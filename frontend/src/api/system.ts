/** The state of the system itself. */
import type { Storage } from '../types/dataset';
import { fetchAPI } from './client';
import { withSignal } from './query';

/** The disk that holds the data, and what uses it. */
export function getStorage(signal?: AbortSignal): Promise<Storage> {
  return fetchAPI('/system/storage', withSignal(signal));
}
