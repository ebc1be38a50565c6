/** Asks the server what the files of an import would be, before they are sent. */
import type { ImportPlan, OfferedFile } from '../types/dataset';
import { fetchAPI } from './client';

const SAMPLED_BYTES = 64 * 1024;
/** Of all files together: the server accepts 32 MB, and Base64 takes a third more. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Files that the server needs whole, and the most it reads of one. */
const WHOLE_FILES = new Set([
  'README.md',
  '.huggingface.yaml',
  'dataset_infos.json',
  'state.json',
  'dataset_dict.json',
]);
const WHOLE_BYTES = 1024 * 1024;

/** Return the name that a file is sent under: its path, which begins with the folder, if a folder was chosen. */
export function formatUploadName(file: File): string {
  return file.webkitRelativePath || file.name;
}

/** Fetch what each of `files` would be, by the card's config `config`; null: its default. */
export async function planUpload(
  files: readonly File[],
  config: string | null,
  signal: AbortSignal,
): Promise<ImportPlan> {
  const sampled = Math.min(SAMPLED_BYTES, Math.floor(MOST_BYTES / (2 * Math.max(files.length, 1))));
  const offered = await Promise.all(files.map((file) => offerFile(file, sampled)));
  return fetchAPI('/datasets/upload/plan', { method: 'POST', body: { files: offered, config }, signal });
}

async function offerFile(file: File, sampled: number): Promise<OfferedFile> {
  const whole = WHOLE_FILES.has(file.name);
  const head = await readBase64(file.slice(0, whole ? WHOLE_BYTES : sampled));
  const tail = whole ? '' : await readBase64(file.slice(Math.max(file.size - sampled, 0)));
  return { file: formatUploadName(file), size: file.size, head, tail };
}

function readBase64(data: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = typeof reader.result === 'string' ? reader.result : '';
      resolve(address.slice(address.indexOf(',') + 1));
    };
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(data);
  });
}
