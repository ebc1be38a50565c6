import { abortable, datasetPath, searchOf, tokenizationPath } from './query';

it('says what there is to say, a list once for each value', () => {
  const query = { a: 'x y', none: null, left: undefined, empty: '', zero: 0, no: false, many: [1, 2] };
  expect(searchOf(query)).toBe('?a=x+y&zero=0&no=false&many=1&many=2');
  expect(searchOf({})).toBe('');
});

it('puts ids into paths safely', () => {
  expect([datasetPath('a/b'), tokenizationPath('a?b')]).toEqual(['/datasets/a%2Fb', '/tokenizations/a%3Fb']);
});

it('passes a signal on where there is one', () => {
  const { signal } = new AbortController();
  expect([abortable(signal), abortable(undefined)]).toEqual([{ signal }, {}]);
});
