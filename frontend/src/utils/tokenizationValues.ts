/** The values of the tokenization form, and the request made from them. */
import type { TokenizeRequest, TokenSlot } from '../types/dataset';

/** The values as entered; numbers stay texts until the request is made. */
export interface TokenizationValues {
  readonly tokenizer: string;
  readonly revision: string;
  readonly access_token: string;
  /** Empty: all splits. */
  readonly splits: readonly string[];
  /** Empty: the dataset's text column. */
  readonly text_column: string;
  /** Empty: none; else it takes the place of the column. */
  readonly text_template: string;
  readonly max_length: string;
  readonly padding: NonNullable<TokenizeRequest['padding']>;
  readonly truncation: boolean;
  readonly packing: NonNullable<TokenizeRequest['packing']>;
  /** The name of a special token or a token ID, like the next two. */
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
  readonly min_tokens: string;
  readonly max_tokens: string;
  readonly stride: string;
  /** Whether there is a column that marks special tokens; the next two are columns, too. */
  readonly has_special_tokens_mask: boolean;
  readonly has_document_id: boolean;
  readonly has_position_id: boolean;
}

/** The errors of the fields, by their names in the request. */
export type TokenizationErrors = Partial<Readonly<Record<keyof TokenizeRequest, string>>>;

/** The values of an empty form. */
export const DEFAULT_VALUES: TokenizationValues = {
  tokenizer: '',
  revision: '',
  access_token: '',
  splits: [],
  text_column: '',
  text_template: '',
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
  min_tokens: '',
  max_tokens: '',
  stride: '',
  has_special_tokens_mask: false,
  has_document_id: false,
  has_position_id: false,
};

/** Return the request for `values`; the server chooses what is left empty. */
export function toTokenizeRequest(values: TokenizationValues): TokenizeRequest {
  const { max_length, shuffle_seed, heldout_percent, tokenizer, splits, ...named } = values;
  const { has_special_tokens_mask, has_document_id, has_position_id, ...chosen } = named;
  const columns = [
    has_special_tokens_mask && ('special_tokens_mask' as const),
    has_document_id && ('document_id' as const),
    has_position_id && ('position_id' as const),
  ];
  return {
    ...chosen,
    tokenizer: tokenizer.trim(),
    revision: values.revision.trim() || null,
    access_token: values.access_token.trim() || null,
    splits: splits.length === 0 ? null : [...splits],
    text_column: values.text_template === '' ? values.text_column || null : null,
    text_template: values.text_template || null,
    max_length: parseNumber(max_length),
    begin_of_row_token: parseSlot(values.begin_of_row_token),
    document_separator_token: parseSlot(values.document_separator_token),
    end_of_document_token: parseSlot(values.end_of_document_token),
    shuffle_seed: parseNumber(shuffle_seed),
    heldout_fraction: (parseNumber(heldout_percent) ?? 0) / 100,
    min_tokens: parseNumber(values.min_tokens) ?? 0,
    max_tokens: parseNumber(values.max_tokens),
    stride: values.packing === 'windows' ? parseNumber(values.stride) : null,
    extra_columns: columns.filter((column) => column !== false),
  };
}

function parseNumber(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

/** The names for a special token, in the order of the choices. */
export const SLOT_NAMES = ['auto', 'none', 'bos', 'eos', 'sep'] as const;

/** A missing token ID becomes NaN, which the validation rejects. */
function parseSlot(text: string): TokenSlot {
  return SLOT_NAMES.find((name) => name === text) ?? parseNumber(text) ?? Number.NaN;
}
