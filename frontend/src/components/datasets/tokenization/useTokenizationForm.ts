import { useState } from 'react';

import { type ApiError, toApiError } from '../../../api/errors';
import { listFieldErrors } from '../../../api/fieldErrors';
import { previewTokens } from '../../../api/tokenizations';
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
  'text_template',
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
  'min_tokens',
  'max_tokens',
  'stride',
  'extra_columns',
];

export interface TokenizationForm {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** A refusal that is about no field. */
  readonly failure: ApiError | null;
  /** The existing tokenization with the same settings. */
  readonly existingId: string | null;
  readonly submitting: boolean;
  /** The rows would be longer than the model takes, which is to be confirmed. */
  readonly longRows: LongRows | null;
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly submit: () => Promise<void>;
  /** Tokenize into long rows all the same. */
  readonly confirmLongRows: () => Promise<void>;
  readonly dismissLongRows: () => void;
}

export interface LongRows {
  readonly maxLength: number;
  /** The model's limit, in tokens. */
  readonly limit: number;
}

/** Return the form of a new tokenization; `onStarted` is called with the record once it is started. */
export function useTokenizationForm(onStarted: (tokenization: Tokenization) => void): TokenizationForm {
  const tokenizeDataset = useDetailStore((state) => state.tokenizeDataset);
  const { values, errors, failure, submittedValues, change, setErrors, startSubmit, finishSubmit } =
    useTokenizationDraft();
  const [longRows, setLongRows] = useState<LongRows | null>(null);
  const send = async (isConfirmed: boolean): Promise<void> => {
    setLongRows(null);
    const request = toTokenizeRequest(values);
    const problems = validateTokenizationSettings(request);
    setErrors(problems);
    if (submittedValues !== null || Object.keys(problems).length > 0) {
      return;
    }
    startSubmit(values);
    const found = isConfirmed ? null : await findLongRows(request);
    if (found !== null) {
      setLongRows(found);
      finishSubmit(values, { errors: {} });
      return;
    }
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
  return {
    values,
    errors,
    failure,
    existingId,
    submitting: submittedValues !== null,
    longRows,
    change,
    submit: () => send(false),
    confirmLongRows: () => send(true),
    dismissLongRows: () => setLongRows(null),
  };
}

/** Compare the requested length with the model's; a tokenizer that cannot be loaded is refused later. */
async function findLongRows(request: TokenizeRequest): Promise<LongRows | null> {
  const { tokenizer, revision = null, access_token = null, max_length: maxLength } = request;
  if (maxLength === null || maxLength === undefined) {
    return null;
  }
  try {
    const { model_max_length: limit } = await previewTokens({ tokenizer, revision, access_token, text: '' });
    return limit !== null && maxLength > limit ? { maxLength, limit } : null;
  } catch {
    return null;
  }
}
