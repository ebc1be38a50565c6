import { act, renderHook } from '@testing-library/react';

import { makeDataset } from '../../../test/fixtures';
import { useMixForm } from './useMixForm';

const split = (name: string, num_rows: number) => ({ name, num_files: 1, num_rows, num_bytes: 1 });
const DATASETS = ['ds_1', 'ds_2', 'ds_3'].map((id) =>
  makeDataset({ id, splits: [split('empty', 0), split('train', 5)] }),
);

it('begins with equal shares of the first split with rows', () => {
  const { result } = renderHook(() => useMixForm(DATASETS));
  expect(result.current.parts.map(({ share }) => share)).toEqual(['34', '33', '33']);
  expect(result.current.parts[0]?.split).toBe('train');
  expect(result.current.problem).toBeNull();
  expect(result.current.request.parts[0]).toEqual({
    ...{ dataset: 'ds_1', split: 'train', share: 0.34, max_repeats: 1 },
  });
});

it.each([
  [{ share: '0' }, {}, 'Each share is a number between 0 and 100.'],
  [{ share: '10' }, {}, 'The shares add up to 76%. They have to add up to 100%.'],
  [{ repeats: '1.5' }, {}, 'Each part may repeat 1 to 100 times.'],
  [{}, { by: 'tokens' }, 'Enter the tokenizer that counts the tokens.'],
  [{}, { total: '1e3' }, 'The total is a whole number.'],
  [{}, { seed: '' }, 'The seed is a whole number.'],
] as const)('says what is wrong with %p and %p', (part, choices, problem) => {
  const { result } = renderHook(() => useMixForm(DATASETS));
  act(() => result.current.changePart(0, part));
  act(() => result.current.change(choices));
  expect(result.current.problem).toBe(problem);
});
