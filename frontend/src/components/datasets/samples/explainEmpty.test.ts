import { NO_FILTER, type SampleFilter } from '../../../utils/route';
import { explainEmpty } from './explainEmpty';

const SPLITS = ['train', 'test'].map((name) => ({ name, num_rows: 5, num_bytes: 9, num_files: 1 }));
const DATASET = { text_column: 'text', text_template: null, splits: SPLITS };

it.each<[Partial<SampleFilter>, string]>([
  [{}, 'This dataset has no samples. Download or import another one.'],
  [{ split: 'test' }, 'Split “test” has no samples. Choose another split.'],
  [
    { minTokens: 50, maxTokens: 10 },
    'The minimum number of tokens is above the maximum. Swap the two numbers.',
  ],
  [{ minTokens: 9_000 }, 'No samples in this dataset with at least 9000 tokens. Widen the range.'],
  [
    { split: 'test', minTokens: 5, maxTokens: 9 },
    'No samples in split “test” with 5 to 9 tokens. Widen the range or choose all splits.',
  ],
  [{ search: 'castle' }, 'No matches in column “text”. Try fewer words or another mode.'],
  [
    { search: 'castle', split: 'test', maxTokens: 9 },
    'No matches in column “text” of split “test” with at most 9 tokens. ' +
      'Try fewer words, another mode, a wider token range or all splits.',
  ],
  [{ where: ['["n",">",9]'] }, 'No samples pass the filter. Remove it.'],
  [
    { split: 'test', where: ['["n",">",9]', '["n","<",1]'] },
    'No samples in split “test” pass all 2 filters. Remove one, or choose all splits.',
  ],
  [
    { search: 'castle', where: ['["n",">",9]'] },
    'No matches in column “text”. Try fewer words, another mode or fewer filters.',
  ],
])('says for %j where the search looked and what to try', (changes, expected) => {
  expect(explainEmpty({ ...NO_FILTER, ...changes }, DATASET)).toBe(expected);
});

it('names no column while the dataset has none', () => {
  const explanation = explainEmpty({ ...NO_FILTER, search: 'castle' }, { ...DATASET, text_column: null });
  expect(explanation).toBe('No matches. Try fewer words or another mode.');
});

it('does not advise all splits to who searches the only one', () => {
  const filter = { ...NO_FILTER, search: 'castle', split: 'train' };
  expect(explainEmpty(filter, { ...DATASET, splits: SPLITS.slice(0, 1) })).toBe(
    'No matches in column “text”. Try fewer words or another mode.',
  );
});
