import { formatRoute, makeDatasetRoute, parseRoute, type Route } from './route';

const OPEN = makeDatasetRoute('ds_1');

function parse(address: string): Route {
  return parseRoute(new URL(address, 'http://localhost'));
}

it.each<[string, Route]>([
  ['/', { view: 'list' }],
  ['/nonsense/ds_1', { view: 'list' }],
  ['/datasets', { view: 'list' }],
  ['/datasets/ds_1', { ...OPEN, tab: '' }],
  ['/datasets/ds_1/samples?split=train&page=3', { ...OPEN, tab: 'samples', split: 'train', page: 3 }],
  ['/datasets/ds_1/samples?page=-2', { ...OPEN, tab: 'samples' }],
  ['/datasets/ds_1/samples?page=1.5', { ...OPEN, tab: 'samples' }],
  ['/storage', { view: 'storage' }],
  ['/datasets/ds_1/statistics?tokenization=tok_1', { ...OPEN, tab: 'statistics', tokenization: 'tok_1' }],
  [
    '/datasets/ds_1/samples?search=a+b&mode=regex&case=true&min_tokens=5&max_tokens=x',
    { ...OPEN, tab: 'samples', search: 'a b', mode: 'regex', matchCase: true, minTokens: 5 },
  ],
  [
    '/datasets/ds_1/tokenization?tokenization=tok_1&row=a%2Fb%2F12&token=5',
    { ...OPEN, tab: 'tokenization', tokenization: 'tok_1', tokenRow: { split: 'a/b', row: 12 }, token: 5 },
  ],
  ['/datasets/ds_1/tokenization?row=12', { ...OPEN, tab: 'tokenization' }],
  ['/datasets/%E0%A4%A/overview', { ...OPEN, id: '%E0%A4%A' }],
])('parses %s', (address, route) => {
  expect(parse(address)).toEqual(route);
});

it.each<Route>([
  { view: 'list' },
  { view: 'storage' },
  { ...OPEN, tab: 'tokenization', tokenization: 'tok_1', tokenRow: { split: 'train', row: 3 }, token: 0 },
  OPEN,
  { ...OPEN, tab: 'samples', split: 'a & b/ü', page: 7 },
  { ...OPEN, tab: 'samples', search: '"a" & b', mode: 'exact', matchCase: true, minTokens: 0, maxTokens: 9 },
])('parses the address that it formats: %j', (route) => {
  expect(parse(formatRoute(route))).toEqual(route);
});

it('keeps conditions, order and layout in the address, and a sample in its path', () => {
  const where = ['["stars",">=",4]', '["lang","=","a&b"]'];
  const table = makeDatasetRoute('ds_1', { tab: 'samples', where, orderBy: '-stars', layout: 'table' });
  expect(parseRoute(new URL(formatRoute(table), 'http://panel'))).toEqual(table);
  const sample = { split: 'train', row: 12345 };
  const opened = makeDatasetRoute('ds_1', { tab: 'samples', layout: 'table', sample });
  expect(formatRoute(opened)).toBe('/datasets/ds_1/samples/train/12345');
  expect(parseRoute(new URL(formatRoute(opened), 'http://panel'))).toEqual(opened);
  expect(parseRoute(new URL('http://panel/datasets/ds_1/samples/train/x'))).toMatchObject({ sample: null });
});
