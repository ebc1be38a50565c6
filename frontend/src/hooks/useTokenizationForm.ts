import { useState } from 'react';

import { type ApiError, toApiError } from '../api/errors';
import { useDetailStore } from '../stores/detailStore';
import type { Tokenization, TokenizeRequest } from '../types/dataset';
import { type TokenizationSettingsErrors, validateTokenizationSettings } from '../utils/validators';

/** What is typed and chosen; texts stay texts until they are sent. */
export interface TokenizationValues {
  readonly tokenizer: string;
  readonly revision: string;
  readonly access_token: string;
  readonly max_length: string;
  readonly padding: NonNullable<TokenizeRequest['padding']>;
  readonly truncation: boolean;
  readonly packing: NonNullable<TokenizeRequest['packing']>;
  readonly add_special_tokens: boolean;
  readonly return_attention_mask: boolean;
  readonly keep_last_partial: boolean;
  readonly shuffle_seed: string;
  readonly heldout_percent: string;
  readonly verify: NonNullable<TokenizeRequest['verify']>;
}

export interface TokenizationForm {
  readonly values: TokenizationValues;
  readonly errors: TokenizationSettingsErrors;
  /** What belongs to no field. */
  readonly failure: ApiError | null;
  readonly submitting: boolean;
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly submit: () => Promise<void>;
}

const START: TokenizationValues = {
  tokenizer: '',
  revision: '',
  access_token: '',
  max_length: '',
  padding: 'do_not_pad',
  truncation: true,
  packing: 'off',
  add_special_tokens: true,
  return_attention_mask: true,
  keep_last_partial: false,
  shuffle_seed: '',
  heldout_percent: '',
  verify: 'sample',
};

/** The settings of a tokenization that is yet to be begun. */
export function useTokenizationForm(onStarted: (tokenization: Tokenization) => void): TokenizationForm {
  const tokenizeDataset = useDetailStore((state) => state.tokenizeDataset);
  const [values, setValues] = useState(START);
  const [errors, setErrors] = useState<TokenizationSettingsErrors>({});
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
  return { values, errors, failure, submitting, change, submit };
}

/** The request for what is typed; an empty field is left to the server's own choice. */
export function requestOf(values: TokenizationValues): TokenizeRequest {
  const { max_length, shuffle_seed, heldout_percent, revision, access_token, tokenizer, ...chosen } = values;
  return {
    ...chosen,
    tokenizer: tokenizer.trim(),
    revision: revision.trim() || null,
    access_token: access_token.trim() || null,
    max_length: numberOf(max_length),
    shuffle_seed: numberOf(shuffle_seed),
    heldout_fraction: (numberOf(heldout_percent) ?? 0) / 100,
  };
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

const FIELDS = ['tokenizer', 'max_length', 'padding', 'packing', 'heldout_fraction'] as const;
const TOKENIZER_CODES: ReadonlySet<string> = new Set(['not_found', 'auth_required', 'gated', 'bad_token']);

function fieldErrors(error: ApiError): TokenizationSettingsErrors {
  const named = error.errors.flatMap(({ field, message }) => {
    const known = FIELDS.find((name) => field.split('.').includes(name));
    return known === undefined ? [] : [[known, message] as const];
  });
  if (named.length === 0 && TOKENIZER_CODES.has(error.code)) {
    return { tokenizer: error.detail };
  }
  return Object.fromEntries(named);
}
