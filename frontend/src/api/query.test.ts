import { formatDatasetPath, formatQuery, formatTokenizationPath, withSignal } from './query';

it('says what there is to say, a list once for each value', () => {
  const query = { a: 'x y', none: null, left: undefined, empty: '', zero: 0, no: false, many: [1, 2] };
  expect(formatQuery(query)).toBe('?a=x+y&zero=0&no=false&many=1&many=2');
  expect(formatQuery({})).toBe('');
});

it('puts ids into paths safely', () => {
  expect([formatDatasetPath('a/b'), formatTokenizationPath('a?b')]).toEqual([
    '/datasets/a%2Fb',
    '/tokenizations/a%3Fb',
  ]);
});

it('passes a signal on where there is one', () => {
  const { signal } = new AbortController();
  expect([withSignal(signal), withSignal(undefined)]).toEqual([{ signal }, {}]);
});
