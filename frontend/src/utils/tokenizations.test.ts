import { makeTokenization } from '../test/fixtures';
import { describeSettings, findNewestReady, TOKENIZATION_ACTIONS } from './tokenizations';

it.each([
  [{}, 'the tokenizer’s own length • not padded'],
  [{ max_length: 2048, packing: 'concat' }, 'at most 2,048 tokens • packed'],
  [{ padding: 'longest', truncation: false }, 'the tokenizer’s own length • padded to the longest • not cut'],
  [
    { padding: 'max_length', add_special_tokens: false, apply_chat_template: true },
    'the tokenizer’s own length • padded to the maximum • no special tokens • chat template',
  ],
  [
    { splits: ['train'], text_column: 'story', shuffle_seed: 0, heldout_fraction: 0.05 },
    'the tokenizer’s own length • not padded • split train • column story • shuffled by seed 0 • 5 % held out',
  ],
  [{ splits: ['a', 'b'], heldout_fraction: 0 }, 'the tokenizer’s own length • not padded • splits a, b'],
])('says %j in one line', (settings, line) => {
  expect(describeSettings({ settings })).toBe(line);
});

it('finds the newest that can be used', () => {
  const made = (id: string, created_at: string) => makeTokenization({ id, created_at, status: 'ready' });
  const tokenizations = [
    made('tok_1', '2026-01-01T00:00:00Z'),
    made('tok_2', '2026-01-03T00:00:00Z'),
    makeTokenization({ id: 'tok_3', created_at: '2026-01-04T00:00:00Z' }),
  ];
  expect(findNewestReady({ tokenizations })).toBe('tok_2');
  expect(findNewestReady({ tokenizations: [] })).toBeNull();
});

it('lets work be stopped while it goes on, and taken up again where it ended early', () => {
  expect(TOKENIZATION_ACTIONS).toEqual({
    queued: ['cancel'],
    processing: ['cancel'],
    ready: [],
    error: ['retry'],
    cancelled: ['retry'],
  });
});
