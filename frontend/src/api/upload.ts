/** Uploads local files with XMLHttpRequest, because `fetch` does not report upload progress. */
import type { Dataset, ImportFile } from '../types/dataset';
import { createHeaders, readResponse, reportUnreachable, resolveApiUrl } from './client';
import { formatUploadName } from './importPlan';

/** Bytes sent so far, and in total. */
export interface UploadProgress {
  readonly loaded: number;
  readonly total: number;
}

/** What the user decided about an import. */
export interface ImportChoices {
  readonly name: string;
  readonly config: string | null;
  /** An empty text: detected from all rows. */
  readonly textColumn: string;
  readonly plan: readonly ImportFile[];
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
  choices: ImportChoices,
  { onProgress, signal }: UploadOptions,
): Promise<Dataset> {
  const response = await postForm('/datasets/upload', makeForm(files, choices), { onProgress, signal });
  return (await readResponse(response)) as Dataset;
}

/** Return the form of an upload: the plan comes before the files, of which the skipped ones are not sent. */
function makeForm(files: readonly File[], { name, config, textColumn, plan }: ImportChoices): FormData {
  const form = new FormData();
  if (name !== '') form.append('name', name);
  if (config !== null) form.append('config', config);
  if (textColumn !== '') form.append('text_column', textColumn);
  // The guesses of the plan are left out: all rows decide.
  form.append('plan', JSON.stringify(plan.map((entry) => ({ ...entry, text_column: null, columns: [] }))));
  const taken = new Set(plan.filter(({ skipped }) => !skipped).map(({ file }) => file));
  for (const file of files) {
    const fileName = formatUploadName(file);
    if (taken.has(fileName)) form.append('files', file, fileName);
  }
  return form;
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
