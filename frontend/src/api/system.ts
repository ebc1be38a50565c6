/** The system routes of the API. */
import type { Storage } from '../types/dataset';
import { fetchAPI } from './client';
import { withSignal } from './query';

/** Fetch the figures of the disk that holds the data, and what uses it. */
export function getStorage(signal?: AbortSignal): Promise<Storage> {
  return fetchAPI('/system/storage', withSignal(signal));
}
