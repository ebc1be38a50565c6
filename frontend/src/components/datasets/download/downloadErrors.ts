/** Which field of the download form an error belongs to, so that it stands under that field. */
import type { ApiError } from '../../../api/errors';

const DOWNLOAD_FIELDS = ['repo_id', 'access_token', 'config', 'splits', 'revision', 'text_column'] as const;
export type DownloadField = (typeof DOWNLOAD_FIELDS)[number];

export interface FieldFailure {
  readonly message: string;
  /** What could be chosen instead. */
  readonly choices: readonly string[];
  /** The dataset that is there already. */
  readonly existingId: string | null;
}

export type DownloadErrors = Partial<Readonly<Record<DownloadField, FieldFailure>>>;

const FIELD_OF_CODE: Readonly<Record<string, DownloadField>> = {
  auth_required: 'access_token',
  gated: 'access_token',
  bad_token: 'access_token',
  config_required: 'config',
  unknown_config: 'config',
  unknown_split: 'splits',
  unknown_revision: 'revision',
  unknown_column: 'text_column',
};

/** The errors of the form's fields that `error` speaks of; what belongs to none of them stands under the repository. */
export function downloadErrors(error: ApiError): DownloadErrors {
  const choices = error.getTextList('choices');
  const existingId = error.code === 'exists' ? error.getText('dataset_id') : null;
  const named = error.errors.flatMap(({ field, message }) => {
    const known = findField(field);
    return known === null ? [] : [[known, { message, choices, existingId }] as const];
  });
  if (named.length > 0) {
    return Object.fromEntries(named);
  }
  return { [FIELD_OF_CODE[error.code] ?? 'repo_id']: { message: error.detail, choices, existingId } };
}

/** Whether one of these errors belongs to a field that stands behind "Options". */
export function hasOptionErrors(errors: DownloadErrors): boolean {
  return DOWNLOAD_FIELDS.slice(2).some((field) => errors[field] !== undefined);
}

/** `body.splits.0` is about `splits`. */
function findField(path: string): DownloadField | null {
  return DOWNLOAD_FIELDS.find((field) => path.split('.').includes(field)) ?? null;
}
