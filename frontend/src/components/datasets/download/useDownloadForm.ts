import { type Dispatch, type SetStateAction, useState } from 'react';

import { toApiError } from '../../../api/errors';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { DatasetDownloadRequest, HubDataset } from '../../../types/dataset';
import { normalizeHfRepoId, validateHfRepoId } from '../../../utils/validators';
import { type DownloadErrors, type DownloadField, toDownloadErrors } from './downloadErrors';
import { type PartValues, toPartFields, toPartQuery, validatePart, WHOLE } from '../../../utils/part';
import { type Preflight, usePreflight } from './usePreflight';

export interface DownloadValues extends PartValues {
  readonly repo_id: string;
  readonly access_token: string;
  readonly config: string;
  /** Empty: all splits. */
  readonly splits: readonly string[];
  readonly revision: string;
  readonly text_column: string;
  readonly text_template: string;
}

export interface DownloadForm {
  readonly values: DownloadValues;
  readonly errors: DownloadErrors;
  readonly preflight: Preflight;
  /** The last answer about the same repository, while another is awaited: what it offers stays in its place. */
  readonly outdatedHub: HubDataset | null;
  readonly submitting: boolean;
  readonly change: (changes: Partial<DownloadValues>) => void;
  /** Validate the repository id after its field lost the focus. */
  readonly checkRepository: () => void;
  readonly submit: () => Promise<void>;
}

const EMPTY_VALUES: DownloadValues = {
  repo_id: '',
  access_token: '',
  config: '',
  splits: [],
  revision: '',
  text_column: '',
  text_template: '',
  ...WHOLE,
};

/** The fields that depend on each field; their errors are outdated once it changes. */
const DEPENDENT_FIELDS: Partial<Readonly<Record<keyof DownloadValues, readonly DownloadField[]>>> = {
  repo_id: ['access_token', 'config', 'splits', 'revision', 'text_column', 'text_template', 'columns'],
  revision: ['config', 'splits', 'text_column', 'text_template', 'columns'],
  config: ['splits', 'text_column', 'text_template', 'columns'],
};

interface FormState {
  readonly values: DownloadValues;
  /** The errors that the form or the server found in these values. */
  readonly errors: DownloadErrors;
}

/** Return the state of the download form: the values, what the Hub says about them, and their errors. */
export function useDownloadForm(): DownloadForm {
  const [{ values, errors }, setForm] = useState<FormState>({ values: EMPTY_VALUES, errors: {} });
  const preflight = usePreflight({
    ...values,
    repoId: values.repo_id,
    token: values.access_token,
    part: toPartQuery(values),
  });
  const showErrors = (found: DownloadErrors): boolean => {
    const isWrong = Object.keys(found).length > 0;
    if (isWrong) setForm((current) => ({ ...current, errors: found }));
    return !isWrong;
  };
  const checkRepository = (): boolean => showErrors(findRepositoryErrors(values));
  const { submitting, submit } = useSubmit(values, setForm);
  return {
    values,
    errors: { ...(preflight.kind === 'failed' ? toDownloadErrors(preflight.error) : {}), ...errors },
    preflight,
    outdatedHub: useOutdatedHub(preflight, normalizeHfRepoId(values.repo_id), values.config),
    submitting,
    change: (changes) => setForm((current) => applyChanges(current, changes)),
    checkRepository: () => {
      if (values.repo_id.trim() !== '') checkRepository();
    },
    submit: async () => {
      if (!submitting && checkRepository() && showErrors(findAmountErrors(values))) await submit();
    },
  };
}

/** Return the last answer about `repoId`, without the splits of another config; null for another repository. */
function useOutdatedHub(preflight: Preflight, repoId: string, config: string): HubDataset | null {
  const [last, setLast] = useState<{ hub: HubDataset; config: string } | null>(null);
  if (preflight.kind === 'loaded' && last?.hub !== preflight.value) {
    setLast({ hub: preflight.value, config });
  }
  if (last?.hub.repo_id !== repoId) return null;
  return last.config === config ? last.hub : { ...last.hub, splits: [] };
}

/** Return whether the form is being submitted, and a function that submits it. */
function useSubmit(values: DownloadValues, setForm: Dispatch<SetStateAction<FormState>>) {
  const downloadDataset = useDatasetsStore((state) => state.downloadDataset);
  const [submitting, setSubmitting] = useState(false);
  const submit = async (): Promise<void> => {
    setSubmitting(true);
    try {
      await downloadDataset(toDownloadRequest(values));
      setForm((current) => clearSubmitted(current, values));
    } catch (error) {
      const serverErrors = toDownloadErrors(toApiError(error));
      setForm((current) => applyServerErrors(current, serverErrors, values));
    } finally {
      setSubmitting(false);
    }
  };
  return { submitting, submit };
}

function findRepositoryErrors({ repo_id }: DownloadValues): DownloadErrors {
  return toErrors('repo_id', validateHfRepoId(normalizeHfRepoId(repo_id)));
}

function findAmountErrors(values: DownloadValues): DownloadErrors {
  return toErrors('amount', validatePart(values));
}

function toErrors(field: DownloadField, message: string | null): DownloadErrors {
  return message === null ? {} : { [field]: { message, choices: [], existingId: null } };
}

/** Show the server's errors about the `submitted` values, except about those that were changed meanwhile. */
function applyServerErrors(
  current: FormState,
  serverErrors: DownloadErrors,
  submitted: DownloadValues,
): FormState {
  const errors = omitErrors(serverErrors, listChangedFields(submitted, current.values));
  return { ...current, errors };
}

function applyChanges({ values, errors }: FormState, changes: Partial<DownloadValues>): FormState {
  const isOtherRepository = changes.repo_id !== undefined && changes.repo_id !== values.repo_id;
  // Splits belong to one repository and config.
  const splits = isOtherRepository || changes.config !== undefined ? { splits: [] } : {};
  const next = { ...values, ...splits, ...changes };
  return {
    values: next,
    errors: omitErrors(errors, [...listFields(changes), ...listChangedFields(values, next)]),
  };
}

/** Clear the submitted values, and keep what was typed meanwhile. */
function clearSubmitted({ values, errors }: FormState, submitted: DownloadValues): FormState {
  const keptFields = listChangedFields(submitted, values).filter(
    (field) => values[field] !== submitted[field],
  );
  return {
    values: { ...EMPTY_VALUES, ...Object.fromEntries(keptFields.map((field) => [field, values[field]])) },
    errors: keptFields.length === 0 ? {} : errors,
  };
}

const listFields = (values: Partial<DownloadValues>) => Object.keys(values) as (keyof DownloadValues)[];

/** Return the changed fields and those that depend on them. */
function listChangedFields(
  previous: DownloadValues,
  next: DownloadValues,
): readonly (keyof DownloadValues)[] {
  const changedFields = listFields(next).filter((field) => next[field] !== previous[field]);
  return changedFields.flatMap((field) => [field, ...(DEPENDENT_FIELDS[field] ?? [])]);
}

/** Return the request for `values`; the server chooses what is left empty. */
function toDownloadRequest(values: DownloadValues): DatasetDownloadRequest {
  const texts = (['config', 'revision', 'text_column', 'access_token'] as const).flatMap((field) => {
    const text = values[field].trim();
    return text === '' ? [] : [[field, text] as const];
  });
  return {
    repo_id: normalizeHfRepoId(values.repo_id),
    ...Object.fromEntries(texts),
    ...(values.text_template === '' ? {} : { text_template: values.text_template }),
    ...(values.splits.length > 0 ? { splits: [...values.splits] } : {}),
    ...toPartFields(values),
  };
}

function omitErrors(errors: DownloadErrors, fields: readonly (keyof DownloadValues)[]): DownloadErrors {
  return Object.fromEntries(
    Object.entries(errors).filter(([field]) => !fields.some((other) => other === field)),
  );
}
