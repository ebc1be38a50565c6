/** The settings of a tokenization as tables: the field of each one, what it says and which value it changes. */
import type { TokenizationErrors, TokenizationValues } from '../../../utils/tokenizationValues';

type ValueName<Type> = {
  [Name in keyof TokenizationValues]: TokenizationValues[Name] extends Type ? Name : never;
}[keyof TokenizationValues];

interface SettingTexts {
  readonly id: string;
  readonly label: string;
  /** What the setting does, and what an empty field means. */
  readonly note: string;
  /** The field of the request whose error is shown; left out, it has the value's name. */
  readonly errorField?: keyof TokenizationErrors;
}

export interface TextSetting extends SettingTexts {
  readonly kind: 'text';
  readonly name: ValueName<string>;
  readonly placeholder: string;
  readonly secret?: boolean;
}

export interface SelectSetting extends SettingTexts {
  readonly kind: 'select';
  readonly name: 'padding' | 'packing' | 'verify';
  readonly choices: readonly (readonly [value: string, label: string])[];
}

/** Yes or no as a choice of two. */
export interface OnOffSetting extends SettingTexts {
  readonly kind: 'on-off';
  readonly name: ValueName<boolean>;
  readonly onLabel: string;
  readonly offLabel: string;
}

export interface SwitchSetting extends SettingTexts {
  readonly kind: 'switch';
  readonly name: ValueName<boolean>;
}

/** The special token for one place in a row. */
export interface SlotSetting extends SettingTexts {
  readonly kind: 'slot';
  readonly name: 'begin_of_row_token' | 'end_of_document_token' | 'document_separator_token';
}

export type Setting = TextSetting | SelectSetting | OnOffSetting | SwitchSetting | SlotSetting;

/** Always shown. */
export const BASIC_SETTINGS: readonly Setting[] = [
  {
    kind: 'text',
    name: 'tokenizer',
    id: 'tokenizer-input',
    label: 'Tokenizer',
    placeholder: 'e.g., gpt2',
    note: 'A Hub model ID such as gpt2, or a local path starting with ./ (in the data folder) or /. The sample comes with ./tokenizers/sample-bpe.',
  },
  {
    kind: 'text',
    name: 'max_length',
    id: 'max-length-input',
    label: 'Max Sequence Length',
    placeholder: 'Default: the tokenizer’s own',
    note: 'Tokens per row, special tokens included; packing fills rows of this size. Leave empty for the tokenizer’s own limit (1,024 if it has none or more than 8,192).',
  },
  {
    kind: 'select',
    name: 'padding',
    id: 'padding-select',
    label: 'Padding Strategy',
    choices: [
      ['do_not_pad', 'Do Not Pad'],
      ['max_length', 'Max Length (pad to max_length)'],
      ['longest', 'Longest (pad to the longest row of a batch)'],
    ],
    note: 'Pads short rows; “Longest” pads per batch.',
  },
  {
    kind: 'on-off',
    name: 'truncation',
    id: 'truncation-select',
    label: 'Truncation',
    onLabel: 'On: longest_first',
    offLabel: 'Off',
    note: 'Cuts rows longer than the maximum; cut tokens are counted in the ledger.',
  },
  {
    kind: 'select',
    name: 'packing',
    id: 'packing-select',
    label: 'Packing',
    choices: [
      ['off', 'Off: one row per document'],
      ['concat', 'Concatenate and chunk'],
      ['windows', 'Windows: long documents become several rows'],
    ],
    note: '“Concatenate and chunk” joins documents into full rows, as SAELens does. “Windows” keeps one document per row and cuts nothing off.',
  },
  {
    kind: 'switch',
    name: 'add_special_tokens',
    id: 'special-tokens-switch',
    label: 'Add Special Tokens',
    note: 'Adds the tokens that the tokenizer puts around a text, such as BOS and EOS.',
  },
  {
    kind: 'switch',
    name: 'return_attention_mask',
    id: 'attention-mask-switch',
    label: 'Return Attention Mask',
    note: 'Marks which positions are padding; written only if there is padding.',
  },
];

/** Which version of the tokenizer is used, and how it is reached. */
export const ACCESS_SETTINGS: readonly Setting[] = [
  {
    kind: 'text',
    name: 'revision',
    id: 'tokenizer-revision-input',
    label: 'Tokenizer revision',
    placeholder: 'Default: main',
    note: 'A branch, tag or commit. Leave empty for the main branch.',
  },
  {
    kind: 'text',
    name: 'access_token',
    id: 'tokenizer-token-input',
    label: 'Access Token (for gated tokenizers)',
    placeholder: 'hf_xxxxxxxxxxxxxxxxxxxx',
    secret: true,
    note: 'Kept in memory for this job only.',
  },
];

/** In which order documents are written, and which are set aside. */
export const ORDER_SETTINGS: readonly Setting[] = [
  {
    kind: 'text',
    name: 'shuffle_seed',
    id: 'shuffle-seed-input',
    label: 'Shuffle seed',
    placeholder: 'Default: not shuffled',
    note: 'A whole number. The same seed gives the same order.',
  },
  {
    kind: 'text',
    name: 'heldout_percent',
    errorField: 'heldout_fraction',
    id: 'heldout-input',
    label: 'Held out (percent)',
    placeholder: 'Default: 0',
    note: 'Share of documents set aside for evaluation; exact duplicates stay together.',
  },
];

export const VERIFY_SETTING: Setting = {
  kind: 'select',
  name: 'verify',
  id: 'verify-select',
  label: 'Verify against the reference',
  choices: [
    ['sample', 'A sample of the documents'],
    ['full', 'Every document'],
  ],
  note: 'Encodes them again with the reference tokenizer and compares the results.',
};

/** The special tokens of every row. */
export const SLOT_SETTINGS: readonly Setting[] = [
  {
    kind: 'slot',
    name: 'begin_of_row_token',
    id: 'begin-of-row-select',
    label: 'Token at the start of each row',
    note: 'Automatic: BOS for packed rows if the tokenizer has one, otherwise the tokenizer’s own choice.',
  },
  {
    kind: 'slot',
    name: 'end_of_document_token',
    id: 'end-of-document-select',
    label: 'Token at the end of each document',
    note: 'Added after every document, packed or not.',
  },
];

/** What only packed rows have. */
export const PACKED_SETTINGS: readonly Setting[] = [
  {
    kind: 'slot',
    name: 'document_separator_token',
    id: 'separator-select',
    label: 'Token between documents',
    note: 'Automatic: BOS if the tokenizer has one, otherwise EOS, as SAELens does.',
  },
  {
    kind: 'switch',
    name: 'keep_last_partial',
    id: 'keep-partial-switch',
    label: 'Keep the last partial row',
    note: 'Keeps the last row even if it is not full.',
  },
];

export const CHAT_TEMPLATE_SETTING: Setting = {
  kind: 'switch',
  name: 'apply_chat_template',
  id: 'chat-template-switch',
  label: 'Apply Chat Template',
  note: 'Formats each conversation with the tokenizer’s chat template, special tokens included. Off: messages as plain text.',
};
