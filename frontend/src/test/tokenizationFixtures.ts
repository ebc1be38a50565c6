/** Tokenizations and figures as the API returns them; each test sets only the members that it needs. */
import type {
  DatasetStatistics,
  Preview,
  Tokenization,
  TokenizationDetail,
  TokenizedRowList,
  TokenStatistics,
  WhatIf,
  WhatIfLayout,
} from '../types/dataset';
import { makeTokenization } from './fixtures';

const MEGABYTE = 1024 ** 2;

export function makeReadyTokenization(changes: Partial<Tokenization> = {}): Tokenization {
  return makeTokenization({
    status: 'ready',
    progress: 100,
    settings: { max_length: 512 },
    path: '/data/tok_1',
    engine: 'gigatoken',
    num_rows: 10_000,
    num_tokens: 5_000_000,
    num_positions: 5_120_000,
    unique_tokens: 40_000,
    vocab_size: 50_257,
    size_bytes: 20 * MEGABYTE,
    ...changes,
  });
}

export function makeTokenizationDetail(changes: Partial<TokenizationDetail> = {}): TokenizationDetail {
  return {
    ...makeReadyTokenization(),
    splits: [{ name: 'train', rows: 10_000, is_held_out: false }],
    resolved: null,
    ledger: {
      documents: 10_000,
      null_documents: 0,
      empty_documents: 0,
      source_tokens: 5_000_100,
      data_tokens: 5_000_000,
      truncated: 100,
      dropped: 0,
      filtered: 0,
      held_out: 0,
      special_tokens: 20_000,
      padding: 100_000,
      positions: 5_120_000,
      repeated: 0,
      unused: 0,
      filtered_documents: 0,
      unread_rows: 0,
      balances: true,
    },
    audit: {
      verdict: 'warning',
      documents_compared: 1_000,
      differences: 0,
      checks: [
        {
          name: 'ids',
          title: 'Ids are within the vocabulary',
          passed: true,
          detail: 'All of them.',
          figures: {},
        },
        { name: 'bos', title: 'BOS begins each row', passed: false, detail: 'In 99 %.', figures: {} },
        { name: 'pad', title: 'Padding', passed: null, detail: 'There is none.', figures: {} },
      ],
    },
    job: null,
    usage: [{ title: 'Load the tokens', code: 'load_from_disk("/data/tok_1")' }],
    ...changes,
  };
}

export function makeTokenStatistics(): TokenStatistics {
  const bins = [
    { start: 1, end: 100, count: 150 },
    { start: 101, end: 200, count: 9_850 },
  ];
  return {
    samples: 10_000,
    tokens: 5_234_567,
    average: 523.4,
    minimum: 10,
    median: 487.5,
    p95: 900,
    p99: 1_000,
    maximum: 1_048,
    unique_tokens: 40_000,
    vocab_size: 50_257,
    vocab_share: 0.8,
    characters_per_token: 4,
    bytes_per_token: 4,
    special_tokens: [],
    most_frequent: [],
    least_frequent: [],
    linear_bins: bins,
    logarithmic_bins: [{ start: 8, end: 15, count: 3 }],
  };
}

export function makeStatistics(changes: Partial<DatasetStatistics> = {}): DatasetStatistics {
  return {
    dataset_id: 'ds_1',
    tokenization_id: 'tok_1',
    samples: 10_000,
    characters: null,
    text_bytes: null,
    null_texts: 0,
    empty_texts: 0,
    invalid_texts: 0,
    tokens: makeTokenStatistics(),
    splits: [
      { name: 'train', samples: 8_000, share: 0.8, size_bytes: null, tokens: null },
      { name: 'validation', samples: 2_000, share: 0.2, size_bytes: null, tokens: null },
    ],
    ...changes,
  };
}

export function makeWhatIf(maxLengths: readonly number[]): WhatIf {
  const layout: WhatIfLayout = {
    rows: 10_000,
    positions: 1,
    data_tokens: 1,
    special_tokens: 0,
    padding: 0,
    truncated: 0,
    dropped: 0,
    lost_share: 0.25,
    padding_share: 0.5,
    size_bytes: MEGABYTE,
  };
  return {
    dataset_id: 'ds_1',
    tokenization_id: 'tok_1',
    tokenizer: 'gpt2',
    estimate: false,
    documents: 10_000,
    documents_counted: 10_000,
    source_tokens: 1,
    options: maxLengths.map((max_length) => ({
      max_length,
      documents_fit: max_length,
      fit_share: 0.9,
      ragged: layout,
      padded: layout,
      packed: layout,
    })),
  };
}

/** Return a page with one row, "<s>cat"; `row` counts from 0. */
export function makeRowPage(split = 'train', row = 0): TokenizedRowList {
  const tokens: TokenizedRowList['data'][number]['tokens'] = [
    { id: 1, text: '<s>', kind: 'special' },
    { id: 2, text: 'cat', kind: 'data' },
  ];
  const pagination = { page: row + 1, limit: 1, total: 10_000, has_next: true, has_prev: row > 0 };
  const counts = { token_count: tokens.length, segment_count: 0 };
  return { data: [{ split, row, tokens, segments: [], ...counts }], pagination };
}

export function makePreview(changes: Partial<Preview> = {}): Preview {
  const tokens: Preview['tokens'] = changes.tokens ?? [
    { id: 15_496, text: 'Hello', kind: 'data', start: 0, end: 5 },
  ];
  return {
    tokenizer: 'gpt2',
    revision: null,
    fingerprint: 'f',
    vocab_size: 50_257,
    max_length: 1024,
    model_max_length: 1024,
    special: { bos: null, eos: null, pad: null, unk: null, sep: null },
    tokens,
    token_count: tokens.length,
    special_count: tokens.filter(({ kind }) => kind === 'special').length,
    padding_count: tokens.filter(({ kind }) => kind === 'padding').length,
    count: 3,
    truncated: 2,
    notes: ['Cut at the maximum.'],
    ...changes,
  };
}
