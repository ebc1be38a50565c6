/** Uploads local files with XMLHttpRequest, because `fetch` does not report upload progress. */
import type { Dataset } from '../types/dataset';
import { createHeaders, readResponse, reportUnreachable, resolveApiUrl } from './client';

/** Bytes sent so far, and in total. */
export interface UploadProgress {
  readonly loaded: number;
  readonly total: number;
}

interface UploadOptions {
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Upload `files` as one dataset and return the new record; the job runs on the server.
 *
 * @throws ApiError for every refusal, and with code `unreachable` if the server does not answer.
 * @throws DOMException named AbortError when `signal` aborts the upload.
 */
export async function uploadDataset(
  files: readonly File[],
  { onProgress, signal }: UploadOptions,
): Promise<Dataset> {
  const form = new FormData();
  for (const file of files) form.append('files', file);
  const response = await postForm('/datasets/upload', form, { onProgress, signal });
  return (await readResponse(response)) as Dataset;
}

function postForm(path: string, form: FormData, { onProgress, signal }: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', resolveApiUrl(path));
    for (const [name, value] of Object.entries(createHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onProgress({ loaded, total });
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(reportUnreachable());
    request.onabort = () => reject(new DOMException('The upload was stopped.', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
