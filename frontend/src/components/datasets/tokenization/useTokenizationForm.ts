import { type ApiError, toApiError } from '../../../api/errors';
import { listFieldErrors } from '../../../api/fieldErrors';
import { useDetailStore } from '../../../stores/detailStore';
import { useTokenizationDraft } from '../../../stores/tokenizationDraft';
import type { Tokenization, TokenizeRequest } from '../../../types/dataset';
import {
  type TokenizationErrors,
  type TokenizationValues,
  toTokenizeRequest,
} from '../../../utils/tokenizationValues';
import { validateTokenizationSettings } from '../../../utils/validators';

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

export interface TokenizationForm {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** A refusal that is about no field. */
  readonly failure: ApiError | null;
  /** The existing tokenization with the same settings. */
  readonly existingId: string | null;
  readonly submitting: boolean;
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly submit: () => Promise<void>;
}

/** Return the form of a new tokenization; `onStarted` is called with the record once it is started. */
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
      const fieldErrors = listFieldErrors(refusal, FIELDS);
      finishSubmit(
        values,
        Object.keys(fieldErrors).length === 0 ? { failure: refusal } : { errors: fieldErrors },
      );
    }
  };
  const existingId = failure?.code === 'exists' ? failure.getText('tokenization_id') : null;
  return { values, errors, failure, existingId, submitting: submittedValues !== null, change, submit };
}
