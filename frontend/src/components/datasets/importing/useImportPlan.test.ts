import { act, renderHook } from '@testing-library/react';

import { makeImportFile, makeImportPlan } from '../../../test/importFixtures';
import { isSplit, useImportPlan } from './useImportPlan';

const PLAN = makeImportPlan({
  config: 'en',
  files: [
    makeImportFile({ file: 'a.csv', format: 'csv', delimiter: ';', columns: ['title', 'text'] }),
    makeImportFile({ file: 'b.txt', format: 'text' }),
    makeImportFile({ file: 'c.json', format: 'json', skipped: true, split: null, reason: 'No split.' }),
  ],
});

it('offers the options of the files that are read, and their columns', () => {
  const { result } = renderHook(() => useImportPlan(PLAN));
  const { hasOption, columns, suggestedColumn, canImport, choices } = result.current;
  expect([hasOption('delimiter'), hasOption('sample_by'), hasOption('field')]).toEqual([true, true, false]);
  expect([columns, suggestedColumn, canImport]).toEqual([['title', 'text'], 'text', true]);
  expect(choices).toEqual({ name: '', config: 'en', textColumn: '', plan: PLAN.files });
});

it('applies an option to the files of its formats', () => {
  const { result } = renderHook(() => useImportPlan(PLAN));
  const options = { delimiter: '|', encoding: '', field: '', sample_by: 'file' } as const;
  act(() => result.current.change({ name: ' mine ', options }));
  const { name, plan } = result.current.choices;
  expect(name).toBe('mine');
  expect(plan.map(({ delimiter, sample_by, encoding }) => [delimiter, sample_by, encoding])).toEqual([
    ['|', 'line', 'utf-8'],
    [null, 'file', 'utf-8'],
    [null, 'line', 'utf-8'],
  ]);
});

it('takes and skips files, each with the name of a split', () => {
  const { result } = renderHook(() => useImportPlan(PLAN));
  act(() => result.current.changeFile(2, { skipped: false, split: '' }));
  expect([result.current.hasOption('field'), result.current.canImport]).toEqual([true, false]);
  act(() => result.current.changeFile(2, { split: 'extra' }));
  expect(result.current.canImport).toBe(true);
  for (const index of [0, 1, 2]) act(() => result.current.changeFile(index, { skipped: true }));
  expect(result.current.canImport).toBe(false);
});

it('knows the names that a split can have', () => {
  expect(['train', 'a.b', 'été_2'].every(isSplit)).toBe(true);
  expect(['', 'a-b', 'a b', '.a', null].some(isSplit)).toBe(false);
});
