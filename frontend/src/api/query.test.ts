import { formatDatasetPath, formatQuery, formatTokenizationPath, withSignal } from './query';

it('formats given values only, and repeats the name of a list for each value', () => {
  const query = { a: 'x y', none: null, left: undefined, empty: '', zero: 0, no: false, many: [1, 2] };
  expect(formatQuery(query)).toBe('?a=x+y&zero=0&no=false&many=1&many=2');
  expect(formatQuery({})).toBe('');
});

it('escapes ids in paths', () => {
  expect([formatDatasetPath('a/b'), formatTokenizationPath('a?b')]).toEqual([
    '/datasets/a%2Fb',
    '/tokenizations/a%3Fb',
  ]);
});

it('passes on a signal if there is one', () => {
  const { signal } = new AbortController();
  expect([withSignal(signal), withSignal(undefined)]).toEqual([{ signal }, {}]);
});
