/** The import of local files: the one request whose progress is watched, which `fetch` cannot do. */
import type { Dataset } from '../types/dataset';
import { createHeaders, readResponse, reportUnreachable, resolveApiUrl } from './client';

/** How much of an upload has been sent. */
export interface UploadProgress {
  readonly loaded: number;
  readonly total: number;
}

interface UploadOptions {
  readonly onProgress: (sent: UploadProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Send `files` as one dataset; the answer is its record, whose work then goes on by itself.
 *
 * @throws ApiError for every refusal, and with code `unreachable` where nothing answers.
 * @throws DOMException named AbortError when `signal` gave it up.
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
