import { type CleaningChoices, findCleaningProblem, NO_CLEANING, toSteps } from './cleaning';

it('asks for the chosen steps, cheap ones first', () => {
  expect(toSteps(NO_CLEANING)).toEqual([]);
  const all: CleaningChoices = {
    ...NO_CLEANING,
    exact: 'similar',
    ...{ near: '80', minCharacters: '5', maxCharacters: '900', gopher: true },
    ...{ gopherRepetition: true, c4: true, dropRegex: 'x+', decontaminate: 'ds_2', validation: '7' },
  };
  expect(toSteps(all)).toEqual([
    { kind: 'drop_regex', pattern: 'x+' },
    { kind: 'length', min_characters: 5, max_characters: 900 },
    { kind: 'quality', gopher: {}, gopher_repetition: {}, c4: {} },
    { kind: 'dedup_exact', normalize: true },
    { kind: 'dedup_near', threshold: 0.8 },
    { kind: 'decontaminate', dataset: 'ds_2' },
    { kind: 'split', share: 0.07 },
  ]);
  expect(toSteps({ ...NO_CLEANING, exact: 'same', maxCharacters: '9', c4: true })).toEqual([
    { kind: 'length', max_characters: 9 },
    { kind: 'quality', c4: {} },
    { kind: 'dedup_exact', normalize: false },
  ]);
});

it.each([
  [{ minCharacters: 'x' }, 'The number of characters is a whole number.'],
  [
    { minCharacters: '9', maxCharacters: '5' },
    'The least number of characters is greater than the greatest.',
  ],
  [{ near: '20' }, 'The similarity of near duplicates is a number from 50 to 100.'],
  [{ validation: '100' }, 'The share of validation is a number between 0 and 100.'],
  [{ near: '80', validation: '5', minCharacters: '1', maxCharacters: '2' }, null],
])('checks %o', (choices, problem) => {
  expect(findCleaningProblem({ ...NO_CLEANING, ...choices })).toBe(problem);
});
