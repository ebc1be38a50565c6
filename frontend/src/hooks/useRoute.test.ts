import { act, renderHook, waitFor } from '@testing-library/react';

import { makeDatasetRoute } from '../utils/route';
import { closeWindow, openDataset, openStorage, showInDataset, useRoute } from './useRoute';

const OPEN = makeDatasetRoute('ds_1');

it('opens the storage window, and closes it by going back', async () => {
  const { result } = renderHook(useRoute);
  act(() => openStorage());
  expect(result.current).toEqual({ view: 'storage' });
  act(() => closeWindow());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('opens a dataset, shows another part, and closes by going back', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  expect(result.current).toEqual(OPEN);
  act(() => showInDataset({ ...OPEN, tab: 'samples', page: 2 }));
  expect(window.location.pathname + window.location.search).toBe('/datasets/ds_1/samples?page=2');
  act(() => closeWindow());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('closes the window with the browser’s back button', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  act(() => window.history.back());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('closes a window opened by a link, with no history to go back to', () => {
  window.history.replaceState(null, '', '/datasets/ds_1/samples');
  const { result } = renderHook(useRoute);
  expect(result.current).toMatchObject({ tab: 'samples' });
  act(() => closeWindow());
  expect(window.location.pathname).toBe('/');
});

it('goes back part by part, and closes the window from any of them', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  act(() => showInDataset({ ...OPEN, tab: 'samples' }));
  act(() => showInDataset({ ...OPEN, tab: 'samples', page: 2 }));
  act(() => window.history.back());
  await waitFor(() => expect(result.current).toEqual({ ...OPEN, tab: 'samples' }));
  act(() => showInDataset({ ...OPEN, tab: 'statistics' }));
  act(() => closeWindow());
  await waitFor(() => expect(result.current).toEqual({ view: 'list' }));
});

it('goes back over a search at once, however it was typed', async () => {
  const { result } = renderHook(useRoute);
  act(() => openDataset('ds_1'));
  for (const search of ['c', 'ca', 'cat']) {
    act(() => showInDataset({ ...OPEN, tab: 'samples', search }));
  }
  expect(result.current).toMatchObject({ search: 'cat' });
  act(() => window.history.back());
  await waitFor(() => expect(result.current).toEqual(OPEN));
});
