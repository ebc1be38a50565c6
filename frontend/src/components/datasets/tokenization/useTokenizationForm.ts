import { type ApiError, toApiError } from '../../../api/errors';
import { useDetailStore } from '../../../stores/detailStore';
import { useTokenizationDraft } from '../../../stores/tokenizationDraft';
import type { Tokenization, TokenizeRequest } from '../../../types/dataset';
import {
  type TokenizationErrors,
  type TokenizationValues,
  toTokenizeRequest,
} from '../../../utils/tokenizationValues';
import { validateTokenizationSettings } from '../../../utils/validators';

export interface TokenizationForm {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** What belongs to no field. */
  readonly failure: ApiError | null;
  /** The tokenization that has the very same settings. */
  readonly existingId: string | null;
  readonly submitting: boolean;
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly submit: () => Promise<void>;
}

/** The settings of a tokenization that is yet to be begun; `onStarted` hears of the record once it is. */
export function useTokenizationForm(onStarted: (tokenization: Tokenization) => void): TokenizationForm {
  const tokenizeDataset = useDetailStore((state) => state.tokenizeDataset);
  const { values, errors, failure, submittedValues, change, setErrors, startSubmit, finishSubmit } =
    useTokenizationDraft();
  const submit = async (): Promise<void> => {
    const request = toTokenizeRequest(values);
    const problems = validateTokenizationSettings(request);
    setErrors(problems);
    if (submittedValues !== null || Object.keys(problems).length > 0) {
      return;
    }
    startSubmit(values);
    try {
      onStarted(await tokenizeDataset(request));
      finishSubmit(values, {});
    } catch (error) {
      const refusal = toApiError(error);
      const fieldErrors = listFieldErrors(refusal);
      finishSubmit(
        values,
        Object.keys(fieldErrors).length === 0 ? { failure: refusal } : { errors: fieldErrors },
      );
    }
  };
  const existingId = failure?.code === 'exists' ? failure.getText('tokenization_id') : null;
  return { values, errors, failure, existingId, submitting: submittedValues !== null, change, submit };
}

/** The field that an error without a field of its own belongs to. */
const FIELD_OF_CODE: Readonly<Record<string, keyof TokenizeRequest>> = {
  not_found: 'tokenizer',
  no_tokenizer: 'tokenizer',
  unsupported_tokenizer: 'tokenizer',
  gated: 'access_token',
  auth_required: 'access_token',
  bad_token: 'access_token',
  unknown_revision: 'revision',
  unknown_split: 'splits',
  unknown_column: 'text_column',
  chat_template_failed: 'apply_chat_template',
};

function listFieldErrors(error: ApiError): TokenizationErrors {
  const named = error.errors.flatMap(({ field, message }) => {
    const known = FIELDS.find((name) => field.split('.').includes(name));
    return known === undefined ? [] : [[known, message] as const];
  });
  const field = FIELD_OF_CODE[error.code];
  if (named.length === 0 && field !== undefined) {
    return { [field]: error.detail };
  }
  return Object.fromEntries(named);
}

const FIELDS: readonly (keyof TokenizeRequest)[] = [
  'tokenizer',
  'revision',
  'access_token',
  'splits',
  'text_column',
  'max_length',
  'padding',
  'packing',
  'begin_of_row_token',
  'document_separator_token',
  'end_of_document_token',
  'shuffle_seed',
  'heldout_fraction',
  'apply_chat_template',
];
