import { act, renderHook } from '@testing-library/react';

import { makeDatasetRoute } from '../../../../utils/route';
import { useSaveForm } from './useSaveForm';

const ROUTE = makeDatasetRoute('ds_1');

it('asks for exactly what is filtered', () => {
  const filters = { split: 'test', search: 'dog', minTokens: 3, maxTokens: 9, tokenization: 'tok_1' };
  const requestOf = (changes: object) =>
    renderHook(() => useSaveForm({ ...ROUTE, ...filters, ...changes })).result.current.request;
  expect(requestOf({})).toEqual({
    ...{ split: 'test', search: 'dog', mode: 'words' },
    ...{ min_tokens: 3, max_tokens: 9, tokenization: 'tok_1' },
  });
  expect(requestOf({ mode: 'regex', matchCase: true, minTokens: null, maxTokens: null })).toEqual({
    ...{ split: 'test', search: 'dog', mode: 'regex', case: true },
  });
  const where = ['["stars",">=",4]', 'nonsense'];
  expect(requestOf({ where, search: '', split: null, minTokens: null, maxTokens: null })).toEqual({
    where: [['stars', '>=', 4], []],
  });
  expect(renderHook(() => useSaveForm(ROUTE)).result.current.request).toEqual({});
});

it('asks for a number or a share, and says what is wrong', () => {
  const { result } = renderHook(() => useSaveForm(ROUTE));
  const change = (...[changes]: Parameters<typeof result.current.change>) =>
    act(() => result.current.change(changes));
  change({ amount: 'first', rows: '20', name: ' some ' });
  expect(result.current.request).toEqual({ rows: 20, name: 'some' });
  change({ amount: 'random', seed: '7' });
  expect(result.current.request).toEqual({ rows: 20, seed: 7, name: 'some' });
  change({ rows: '0' });
  expect(result.current.problem).toBe('The number of rows is a whole number of at least 1.');
  change({ amount: 'share', share: '2.5' });
  expect([result.current.problem, result.current.request.share]).toEqual([null, 0.025]);
  change({ share: '101' });
  expect(result.current.problem).toBe('The share is a number above 0, up to 100.');
  change({ share: '100', seed: '-1' });
  expect(result.current.problem).toBe('The seed is a whole number.');
});

it('asks for cleaning steps, and says what is wrong with them', () => {
  const { result } = renderHook(() => useSaveForm(ROUTE));
  act(() => result.current.changeCleaning({ exact: 'same' }));
  expect(result.current.request).toEqual({ steps: [{ kind: 'dedup_exact', normalize: false }] });
  act(() => result.current.changeCleaning({ near: '1' }));
  expect(result.current.problem).toBe('The similarity of near duplicates is a number from 50 to 100.');
});
