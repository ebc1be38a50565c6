import { isWholeText, normalizeHfRepoId, validateHfRepoId, validateTokenizationSettings } from './validators';

describe('validateHfRepoId', () => {
  it.each(['roneneldan/TinyStories', 'a/b', 'HuggingFaceFW/fineweb-edu', 'x_1/y.z_2', `a/${'b'.repeat(96)}`])(
    'accepts %s',
    (repoId) => {
      expect(validateHfRepoId(repoId)).toBeNull();
    },
  );

  it.each([
    'TinyStories',
    'a/b/c',
    '/b',
    'a/',
    'a/-b',
    'a/b-',
    'a/.b',
    'a/b..c',
    'a/b--c',
    'a/b c',
    'a/ü',
    'a/b.git',
    `a/${'b'.repeat(97)}`,
  ])('rejects %s and names it', (repoId) => {
    expect(validateHfRepoId(repoId)).toContain(`“${repoId}”`);
  });

  it('asks for a missing id', () => {
    expect(validateHfRepoId('')).toBe('Enter a repository ID such as roneneldan/TinyStories.');
  });

  it('accepts one part for tokenizers only', () => {
    expect(validateHfRepoId('gpt2', { allowBare: true })).toBeNull();
  });
});

describe('normalizeHfRepoId', () => {
  it.each([
    [' a/b ', 'a/b'],
    ['https://huggingface.co/datasets/a/b', 'a/b'],
    ['https://huggingface.co/datasets/a/b/tree/main?x=1#y', 'a/b'],
    ['nonsense', 'nonsense'],
  ])('reduces %s to %s', (typed, repoId) => {
    expect(normalizeHfRepoId(typed)).toBe(repoId);
  });
});

describe('validateTokenizationSettings', () => {
  it('accepts a tokenizer alone', () => {
    expect(validateTokenizationSettings({ tokenizer: 'gpt2' })).toEqual({});
  });

  it.each([1, 0, -4, 2.5])('refuses a maximum length of %d', (max_length) => {
    expect(validateTokenizationSettings({ tokenizer: 'gpt2', max_length })).toHaveProperty('max_length');
  });

  it('accepts a maximum length of 2', () => {
    expect(validateTokenizationSettings({ tokenizer: 'gpt2', max_length: 2 })).toEqual({});
  });

  it.each(['max_length', 'longest'] as const)('refuses packing together with padding %s', (padding) => {
    const errors = validateTokenizationSettings({ tokenizer: 'gpt2', packing: 'concat', padding });
    expect(Object.keys(errors)).toEqual(['padding']);
  });

  it('accepts packing without padding', () => {
    expect(validateTokenizationSettings({ tokenizer: 'gpt2', packing: 'concat' })).toEqual({});
  });

  it('rejects a missing or invalid tokenizer', () => {
    expect(validateTokenizationSettings({ tokenizer: '' }).tokenizer).toContain('Enter a Hub model ID');
    expect(validateTokenizationSettings({ tokenizer: 'a b' })).toHaveProperty('tokenizer');
  });

  it.each([-0.1, 1, NaN])('refuses a held-out share of %d', (heldout_fraction) => {
    expect(validateTokenizationSettings({ tokenizer: 'gpt2', heldout_fraction })).toHaveProperty(
      'heldout_fraction',
    );
  });
});

it.each([-1, 1.5, NaN, 2 ** 60])('refuses a seed of %d', (shuffle_seed) => {
  expect(validateTokenizationSettings({ tokenizer: 'gpt2', shuffle_seed })).toHaveProperty('shuffle_seed');
});

it('rejects an invalid token ID in any slot', () => {
  const settings = { tokenizer: 'gpt2', begin_of_row_token: 'bos', end_of_document_token: NaN } as const;
  expect(Object.keys(validateTokenizationSettings(settings))).toEqual(['end_of_document_token']);
  expect(validateTokenizationSettings({ tokenizer: 'gpt2', document_separator_token: 5 })).toEqual({});
});

it('accepts a local tokenizer', () => {
  expect(validateTokenizationSettings({ tokenizer: './tokenizers/sample-bpe' })).toEqual({});
  expect(validateTokenizationSettings({ tokenizer: '/data/tokenizer.json' })).toEqual({});
});

describe('isWholeText', () => {
  it.each([
    ['0', 0],
    [' 7 ', 1],
    ['9007199254740991', 0],
  ])('accepts “%s” from %d', (text, least) => {
    expect(isWholeText(text, least)).toBe(true);
  });

  it.each([
    ['', 0],
    ['0', 1],
    ['-1', 0],
    ['1.5', 0],
    ['1e3', 0],
    ['9007199254740992', 0],
  ])('refuses “%s” from %d', (text, least) => {
    expect(isWholeText(text, least)).toBe(false);
  });

  it('has an upper bound', () => {
    expect(isWholeText('100', 1, 100)).toBe(true);
    expect(isWholeText('101', 1, 100)).toBe(false);
  });
});
