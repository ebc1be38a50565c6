/** The settings of how much is written, and of what is written beside the ids. */
import type { Setting } from './settingTables';

/** Which documents and how many tokens are written, and with which columns. */
export const AMOUNT_SETTINGS: readonly Setting[] = [
  {
    kind: 'text',
    name: 'min_tokens',
    id: 'min-tokens-input',
    label: 'Minimum tokens',
    placeholder: 'Default: 0',
    note: 'Drops documents with fewer tokens; the ledger counts them as filtered.',
  },
  {
    kind: 'text',
    name: 'max_tokens',
    id: 'max-tokens-input',
    label: 'Maximum tokens',
    placeholder: 'Default: all',
    note: 'Stops at exactly this many data tokens, over all splits in order. Leave empty for all.',
  },
  {
    kind: 'switch',
    name: 'has_special_tokens_mask',
    errorField: 'extra_columns',
    id: 'special-tokens-mask-switch',
    label: 'Column special_tokens_mask',
    note: 'Marks positions that hold no text: special tokens and padding.',
  },
  {
    kind: 'switch',
    name: 'has_document_id',
    id: 'document-id-switch',
    label: 'Column document_id',
    note: 'The source row of each position; −1 for padding.',
  },
  {
    kind: 'switch',
    name: 'has_position_id',
    id: 'position-id-switch',
    label: 'Column position_id',
    note: 'Counts positions from the start of each document in its row.',
  },
];

/** What only windows have. */
export const WINDOW_SETTINGS: readonly Setting[] = [
  {
    kind: 'text',
    name: 'stride',
    id: 'stride-input',
    label: 'Stride of windows',
    placeholder: 'Default: no overlap',
    note: 'Tokens from the start of one window to the start of the next. The ledger counts overlapping tokens as repeated.',
  },
];
