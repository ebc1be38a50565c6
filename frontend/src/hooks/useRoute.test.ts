import { act, renderHook, waitFor } from '@testing-library/react';

import {
  closeDataset,
  type DatasetRoute,
  formatRoute,
  openDataset,
  parseRoute,
  type Route,
  showInDataset,
  useRoute,
} from './useRoute';

const OPEN: DatasetRoute = { view: 'dataset', id: 'ds_1', tab: 'overview', split: null, page: 1 };

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
  ['/datasets/%E0%A4%A/overview', { ...OPEN, id: '%E0%A4%A' }],
])('reads %s', (address, route) => {
  expect(parse(address)).toEqual(route);
});

it.each<Route>([{ view: 'list' }, OPEN, { ...OPEN, tab: 'samples', split: 'a & b/ü', page: 7 }])(
  'reads back what it wrote: %j',
  (route) => {
    expect(parse(formatRoute(route))).toEqual(route);
  },
);

it('opens, goes on inside, and closes by going back', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  expect(result.current).toEqual(OPEN);
  act(() => showInDataset({ ...OPEN, tab: 'samples', page: 2 }));
  expect(window.location.pathname + window.location.search).toBe('/datasets/ds_1/samples?page=2');
  act(() => closeDataset());
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
  act(() => closeDataset());
  expect(window.location.pathname).toBe('/');
});
