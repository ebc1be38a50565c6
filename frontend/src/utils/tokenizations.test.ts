import { makeTokenization } from '../test/fixtures';
import { describeSettings, findNewestReady, listTokenizationActions } from './tokenizations';

it.each([
  [{}, 'rows of the tokenizer’s own length • not padded'],
  [{ max_length: 2048, packing: 'concat' }, '2,048-token rows • packed'],
  [
    { padding: 'longest', truncation: false },
    'rows of the tokenizer’s own length • padded to the longest row • not truncated',
  ],
  [
    { padding: 'max_length', add_special_tokens: false, apply_chat_template: true },
    'rows of the tokenizer’s own length • padded to max length • no special tokens • chat template',
  ],
  [
    { splits: ['train'], text_column: 'story', shuffle_seed: 0, heldout_fraction: 0.05 },
    'rows of the tokenizer’s own length • not padded • split train • column story • shuffled (seed 0) • 5% held out',
  ],
  [
    { splits: ['a', 'b'], heldout_fraction: 0 },
    'rows of the tokenizer’s own length • not padded • splits a, b',
  ],
])('describes %j in one line', (settings, line) => {
  expect(describeSettings({ settings })).toBe(line);
});

it('finds the newest ready tokenization', () => {
  const makeReady = (id: string, created_at: string) => makeTokenization({ id, created_at, status: 'ready' });
  const tokenizations = [
    makeReady('tok_1', '2026-01-01T00:00:00Z'),
    makeReady('tok_2', '2026-01-03T00:00:00Z'),
    makeTokenization({ id: 'tok_3', created_at: '2026-01-04T00:00:00Z' }),
  ];
  expect(findNewestReady({ tokenizations })).toBe('tok_2');
  expect(findNewestReady({ tokenizations: [] })).toBeNull();
});

it.each([
  ['queued', null, ['cancel']],
  ['processing', null, ['cancel']],
  ['ready', null, []],
  ['error', 'hub_unreachable', ['retry']],
  ['error', 'unknown_text', []],
  ['cancelled', 'cancelled', ['retry']],
] as const)(
  'allows cancel while running, and a retry that may end otherwise: %s %s',
  (status, code, expected) => {
    expect(listTokenizationActions({ status, error_code: code })).toEqual(expected);
  },
);
