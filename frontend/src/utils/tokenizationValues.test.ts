import { DEFAULT_VALUES, toTokenizeRequest } from './tokenizationValues';

it('leaves empty values to the server', () => {
  expect(toTokenizeRequest({ ...DEFAULT_VALUES, tokenizer: ' gpt2 ' })).toEqual({
    tokenizer: 'gpt2',
    revision: null,
    access_token: null,
    splits: null,
    text_column: null,
    text_template: null,
    max_length: null,
    padding: 'do_not_pad',
    truncation: true,
    packing: 'off',
    begin_of_row_token: 'auto',
    document_separator_token: 'auto',
    end_of_document_token: 'none',
    add_special_tokens: true,
    return_attention_mask: true,
    keep_last_partial: false,
    shuffle_seed: null,
    heldout_fraction: 0,
    apply_chat_template: false,
    verify: 'sample',
    min_tokens: 0,
    max_tokens: null,
    stride: null,
    extra_columns: [],
  });
});

it('parses numbers', () => {
  const values = { splits: ['train'], text_column: 'text', max_length: '512', shuffle_seed: '7' };
  const slots = { begin_of_row_token: 'bos', document_separator_token: '50256', end_of_document_token: '' };
  expect(toTokenizeRequest({ ...DEFAULT_VALUES, ...values, ...slots, heldout_percent: '5' })).toMatchObject({
    splits: ['train'],
    text_column: 'text',
    text_template: null,
    max_length: 512,
    shuffle_seed: 7,
    begin_of_row_token: 'bos',
    document_separator_token: 50256,
    end_of_document_token: Number.NaN,
    heldout_fraction: 0.05,
  });
});

it('sends limits, the stride of windows, and the chosen columns', () => {
  const values = { min_tokens: '20', max_tokens: '1000000', stride: '64', has_document_id: true };
  expect(toTokenizeRequest({ ...DEFAULT_VALUES, ...values, packing: 'windows' })).toMatchObject({
    min_tokens: 20,
    max_tokens: 1_000_000,
    stride: 64,
    extra_columns: ['document_id'],
  });
  expect(toTokenizeRequest({ ...DEFAULT_VALUES, ...values }).stride).toBeNull();
});
