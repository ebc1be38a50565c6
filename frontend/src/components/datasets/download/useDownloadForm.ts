import { useState } from 'react';

import { toApiError } from '../../../api/errors';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { DatasetDownloadRequest } from '../../../types/dataset';
import { normalizeHfRepoId, validateHfRepoId } from '../../../utils/validators';
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

/** What bears on what: another repository makes everything that was said of the one before untrue. */
const BEARS_ON: Partial<Readonly<Record<DownloadField, readonly DownloadField[]>>> = {
  repo_id: ['access_token', 'config', 'splits', 'revision', 'text_column'],
  revision: ['config', 'splits', 'text_column'],
  config: ['splits', 'text_column'],
};

interface Typed {
  readonly values: DownloadValues;
  /** What the form itself, or the server, said of these values. */
  readonly errors: DownloadErrors;
}

/** The state of the download form: what is typed, what the Hub says of it, what is wrong with it. */
export function useDownloadForm(): DownloadForm {
  const downloadDataset = useDatasetsStore((state) => state.downloadDataset);
  const [{ values, errors }, setTyped] = useState<Typed>({ values: EMPTY, errors: {} });
  const [submitting, setSubmitting] = useState(false);
  const preflight = usePreflight({ ...values, repoId: values.repo_id, token: values.access_token });

  const checkRepository = (): boolean => {
    const problem = validateHfRepoId(normalizeHfRepoId(values.repo_id));
    if (problem !== null) {
      const failure = { message: problem, choices: [], existingId: null };
      setTyped((now) => ({ ...now, errors: { repo_id: failure } }));
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
      setTyped((now) => afterStart(now, values));
    } catch (error) {
      const refused = downloadErrors(toApiError(error));
      setTyped((now) => ({ ...now, errors: without(refused, changedBetween(values, now.values)) }));
    } finally {
      setSubmitting(false);
    }
  };
  return {
    values,
    errors: { ...(preflight.kind === 'failed' ? downloadErrors(preflight.error) : {}), ...errors },
    preflight,
    submitting,
    change: (changes) => setTyped((now) => afterChange(now, changes)),
    checkRepository: () => {
      if (values.repo_id.trim() !== '') checkRepository();
    },
    submit,
  };
}

function afterChange({ values, errors }: Typed, changes: Partial<DownloadValues>): Typed {
  const isOther = changes.repo_id !== undefined && changes.repo_id !== values.repo_id;
  // Splits are those of one repository and config: of another they say nothing.
  const splits = isOther || changes.config !== undefined ? { splits: [] } : {};
  const next = { ...values, ...splits, ...changes };
  return { values: next, errors: without(errors, [...namesOf(changes), ...changedBetween(values, next)]) };
}

/** `sent` is on its way: what was typed meanwhile is for the next one. */
function afterStart({ values, errors }: Typed, sent: DownloadValues): Typed {
  const kept = changedBetween(sent, values).filter((field) => values[field] !== sent[field]);
  return {
    values: { ...EMPTY, ...Object.fromEntries(kept.map((field) => [field, values[field]])) },
    errors: kept.length === 0 ? {} : errors,
  };
}

const namesOf = (values: Partial<DownloadValues>) => Object.keys(values) as DownloadField[];

/** The fields that are another than before, and those that these bear on. */
function changedBetween(before: DownloadValues, after: DownloadValues): readonly DownloadField[] {
  const changed = namesOf(after).filter((field) => after[field] !== before[field]);
  return changed.flatMap((field) => [field, ...(BEARS_ON[field] ?? [])]);
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
