import { act, renderHook, waitFor } from '@testing-library/react';

import {
  closeWindow,
  datasetRoute,
  formatRoute,
  openDataset,
  openStorage,
  parseRoute,
  type Route,
  showInDataset,
  useRoute,
} from './useRoute';

const OPEN = datasetRoute('ds_1');

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
  ['/datasets/%E0%A4%A/overview', { ...OPEN, id: '%E0%A4%A' }],
])('reads %s', (address, route) => {
  expect(parse(address)).toEqual(route);
});

it.each<Route>([
  { view: 'list' },
  { view: 'storage' },
  OPEN,
  { ...OPEN, tab: 'samples', split: 'a & b/ü', page: 7 },
  { ...OPEN, tab: 'samples', search: '"a" & b', mode: 'exact', matchCase: true, minTokens: 0, maxTokens: 9 },
])('reads back what it wrote: %j', (route) => {
  expect(parse(formatRoute(route))).toEqual(route);
});

it('opens the view of the disk, and closes it by going back', async () => {
  const { result } = renderHook(useRoute);
  act(() => openStorage());
  expect(result.current).toEqual({ view: 'storage' });
  act(() => closeWindow());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('opens, goes on inside, and closes by going back', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  expect(result.current).toEqual(OPEN);
  act(() => showInDataset({ ...OPEN, tab: 'samples', page: 2 }));
  expect(window.location.pathname + window.location.search).toBe('/datasets/ds_1/samples?page=2');
  act(() => closeWindow());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('closes by the browser’s back button', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  act(() => window.history.back());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('closes a window that a link opened, though there is nothing to go back to', () => {
  window.history.replaceState(null, '', '/datasets/ds_1/samples');
  const { result } = renderHook(useRoute);
  expect(result.current).toMatchObject({ tab: 'samples' });
  act(() => closeWindow());
  expect(window.location.pathname).toBe('/');
});
