import { useState } from 'react';

import { type ApiError, toApiError } from '../api/errors';
import { useDetailStore } from '../stores/detailStore';
import type { Tokenization, TokenizeRequest, TokenSlot } from '../types/dataset';
import { validateTokenizationSettings } from '../utils/validators';

/** What is typed and chosen; texts stay texts until they are sent. */
export interface TokenizationValues {
  readonly tokenizer: string;
  readonly revision: string;
  readonly access_token: string;
  /** Empty: all. */
  readonly splits: readonly string[];
  /** Empty: the dataset's. */
  readonly text_column: string;
  readonly max_length: string;
  readonly padding: NonNullable<TokenizeRequest['padding']>;
  readonly truncation: boolean;
  readonly packing: NonNullable<TokenizeRequest['packing']>;
  /** The name of a special token, or an id as it is typed; so are the next two. */
  readonly begin_of_row_token: string;
  readonly document_separator_token: string;
  readonly end_of_document_token: string;
  readonly add_special_tokens: boolean;
  readonly return_attention_mask: boolean;
  readonly keep_last_partial: boolean;
  readonly shuffle_seed: string;
  readonly heldout_percent: string;
  readonly apply_chat_template: boolean;
  readonly verify: NonNullable<TokenizeRequest['verify']>;
}

/** What is wrong with each field, by its name in the request. */
export type TokenizationErrors = Partial<Readonly<Record<keyof TokenizeRequest, string>>>;

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

/** Before anything is chosen. */
export const START: TokenizationValues = {
  tokenizer: '',
  revision: '',
  access_token: '',
  splits: [],
  text_column: '',
  max_length: '',
  padding: 'do_not_pad',
  truncation: true,
  packing: 'off',
  begin_of_row_token: 'auto',
  document_separator_token: 'auto',
  end_of_document_token: 'none',
  add_special_tokens: true,
  return_attention_mask: true,
  keep_last_partial: false,
  shuffle_seed: '',
  heldout_percent: '',
  apply_chat_template: false,
  verify: 'sample',
};

/** The settings of a tokenization that is yet to be begun; `onStarted` hears of the record once it is. */
export function useTokenizationForm(onStarted: (tokenization: Tokenization) => void): TokenizationForm {
  const tokenizeDataset = useDetailStore((state) => state.tokenizeDataset);
  const [values, setValues] = useState(START);
  const [errors, setErrors] = useState<TokenizationErrors>({});
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [submitting, setSubmitting] = useState(false);
  const submit = async (): Promise<void> => {
    const request = requestOf(values);
    const problems = validateTokenizationSettings(request);
    setErrors(problems);
    setFailure(null);
    if (submitting || Object.keys(problems).length > 0) {
      return;
    }
    setSubmitting(true);
    try {
      onStarted(await tokenizeDataset(request));
      setValues({ ...values, access_token: '' });
    } catch (error) {
      const refused = toApiError(error);
      const named = fieldErrors(refused);
      setErrors(named);
      setFailure(Object.keys(named).length === 0 ? refused : null);
    } finally {
      setSubmitting(false);
    }
  };
  const change = (changes: Partial<TokenizationValues>): void => {
    setValues({ ...values, ...changes });
    setErrors({});
    setFailure(null);
  };
  const existingId = failure?.code === 'exists' ? failure.text('tokenization_id') : null;
  return { values, errors, failure, existingId, submitting, change, submit };
}

/** The request for what is typed; an empty field is left to the server's own choice. */
export function requestOf(values: TokenizationValues): TokenizeRequest {
  const { max_length, shuffle_seed, heldout_percent, tokenizer, splits, ...chosen } = values;
  return {
    ...chosen,
    tokenizer: tokenizer.trim(),
    revision: values.revision.trim() || null,
    access_token: values.access_token.trim() || null,
    splits: splits.length === 0 ? null : [...splits],
    text_column: values.text_column || null,
    max_length: numberOf(max_length),
    begin_of_row_token: slotOf(values.begin_of_row_token),
    document_separator_token: slotOf(values.document_separator_token),
    end_of_document_token: slotOf(values.end_of_document_token),
    shuffle_seed: numberOf(shuffle_seed),
    heldout_fraction: (numberOf(heldout_percent) ?? 0) / 100,
  };
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

/** The names that a slot may have, in the order in which they are offered. */
export const SLOT_NAMES = ['auto', 'none', 'bos', 'eos', 'sep'] as const;

/** An id that is not typed yet is no number, which the check of the settings refuses. */
function slotOf(text: string): TokenSlot {
  return SLOT_NAMES.find((name) => name === text) ?? numberOf(text) ?? Number.NaN;
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

function fieldErrors(error: ApiError): TokenizationErrors {
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
