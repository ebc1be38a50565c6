import { useState } from 'react';

import { toApiError } from '../api/errors';
import { useDatasetsStore } from '../stores/datasetsStore';
import type { DatasetDownloadRequest } from '../types/dataset';
import { normalizeHfRepoId, validateHfRepoId } from '../utils/validators';
import { type DownloadErrors, downloadErrors, type DownloadField } from './downloadErrors';
import { type Preflight, usePreflight } from './usePreflight';

export interface DownloadValues {
  readonly repo_id: string;
  readonly access_token: string;
  readonly config: string;
  /** Empty: all. */
  readonly splits: readonly string[];
  readonly revision: string;
  readonly text_column: string;
}

export interface DownloadForm {
  readonly values: DownloadValues;
  readonly errors: DownloadErrors;
  readonly preflight: Preflight;
  readonly submitting: boolean;
  readonly change: (changes: Partial<DownloadValues>) => void;
  /** Say what is wrong with the repository's id, now that the field has been left. */
  readonly checkRepository: () => void;
  readonly submit: () => Promise<void>;
}

const EMPTY: DownloadValues = {
  repo_id: '',
  access_token: '',
  config: '',
  splits: [],
  revision: '',
  text_column: '',
};

/** The state of the download form: what is typed, what the Hub says of it, what is wrong with it. */
export function useDownloadForm(): DownloadForm {
  const downloadDataset = useDatasetsStore((state) => state.downloadDataset);
  const [values, setValues] = useState(EMPTY);
  const [ownErrors, setOwnErrors] = useState<DownloadErrors>({});
  const [submitting, setSubmitting] = useState(false);
  const preflight = usePreflight({ ...values, repoId: values.repo_id, token: values.access_token });

  const change = (changes: Partial<DownloadValues>): void => {
    const isOther = changes.repo_id !== undefined && changes.repo_id !== values.repo_id;
    // Splits are those of one repository and config: of another they say nothing.
    const splits = isOther || changes.config !== undefined ? { splits: [] } : {};
    setValues({ ...values, ...splits, ...changes });
    setOwnErrors((errors) => without(errors, Object.keys(changes) as DownloadField[]));
  };
  const checkRepository = (): boolean => {
    const problem = validateHfRepoId(normalizeHfRepoId(values.repo_id));
    if (problem !== null) {
      setOwnErrors({ repo_id: { message: problem, choices: [], existingId: null } });
    }
    return problem === null;
  };
  const submit = async (): Promise<void> => {
    if (submitting || !checkRepository()) {
      return;
    }
    setSubmitting(true);
    try {
      await downloadDataset(requestOf(values));
      setValues(EMPTY);
      setOwnErrors({});
    } catch (error) {
      setOwnErrors(downloadErrors(toApiError(error)));
    } finally {
      setSubmitting(false);
    }
  };
  return {
    values,
    errors: { ...(preflight.kind === 'failed' ? downloadErrors(preflight.error) : {}), ...ownErrors },
    preflight,
    submitting,
    change,
    checkRepository: () => {
      if (values.repo_id.trim() !== '') checkRepository();
    },
    submit,
  };
}

/** The request for what is typed; an empty field is left to the server's own choice. */
function requestOf(values: DownloadValues): DatasetDownloadRequest {
  const texts = (['config', 'revision', 'text_column', 'access_token'] as const).flatMap((field) => {
    const text = values[field].trim();
    return text === '' ? [] : [[field, text] as const];
  });
  return {
    repo_id: normalizeHfRepoId(values.repo_id),
    ...Object.fromEntries(texts),
    ...(values.splits.length > 0 ? { splits: [...values.splits] } : {}),
  };
}

function without(errors: DownloadErrors, fields: readonly DownloadField[]): DownloadErrors {
  return Object.fromEntries(
    Object.entries(errors).filter(([field]) => !fields.some((other) => other === field)),
  );
}
