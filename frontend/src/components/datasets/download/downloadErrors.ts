/** The errors of the download form's fields, each with what could be entered instead. */
import type { ApiError } from '../../../api/errors';
import { listFieldErrors } from '../../../api/fieldErrors';

const BASIC_FIELDS = ['repo_id', 'access_token'] as const;
const OPTION_FIELDS = [
  'config',
  'splits',
  'revision',
  'text_column',
  'text_template',
  'amount',
  'columns',
] as const;
export type DownloadField = (typeof BASIC_FIELDS)[number] | (typeof OPTION_FIELDS)[number];

export interface FieldFailure {
  readonly message: string;
  /** What could be entered instead. */
  readonly choices: readonly string[];
  /** The dataset that already exists. */
  readonly existingId: string | null;
}

export type DownloadErrors = Partial<Readonly<Record<DownloadField, FieldFailure>>>;

/** Return the errors of the fields that `error` is about; what is about no field is shown under the repository. */
export function toDownloadErrors(error: ApiError): DownloadErrors {
  const choices = error.getTextList('choices');
  const existingId = error.code === 'exists' ? error.getText('dataset_id') : null;
  const messages = Object.entries(listFieldErrors(error, [...BASIC_FIELDS, ...OPTION_FIELDS]));
  const shown = messages.length > 0 ? messages : [['repo_id', error.detail] as const];
  return Object.fromEntries(shown.map(([field, message]) => [field, { message, choices, existingId }]));
}

/** Return whether one of these errors belongs to a field behind "Options". */
export function hasOptionErrors(errors: DownloadErrors): boolean {
  return OPTION_FIELDS.some((field) => errors[field] !== undefined);
}
