import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { makeProgress } from '../../../test/eventFixtures';
import { makeDataset, makeDownloadingDataset, makeList } from '../../../test/fixtures';
import { NO_SELECTION } from '../../../test/selection';
import { api, problem, server } from '../../../test/server';
import { DatasetList } from './DatasetList';

const props = { onOpen: jest.fn(), onDelete: jest.fn() };

function show() {
  return render(
    <DatasetList selection={NO_SELECTION} {...props}>
      <button>Import</button>
    </DatasetList>,
  );
}

async function load(): Promise<void> {
  await act(() => useDatasetsStore.getState().fetchDatasets());
}

it('is loading until the list is there, then says what to do where it is empty', async () => {
  show();
  expect(screen.getByRole('status')).toHaveTextContent('Loading datasets…');
  await load();
  expect(screen.getByText(/No datasets yet. Type a repository above/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Import' })).toBeInTheDocument();
});

it('says why there is no list, and asks again', async () => {
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  show();
  await load();
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/No datasets yet/)).toBeInTheDocument();
});

it('shows a card each, and more on request', async () => {
  const older = makeDataset({ id: 'ds_2', name: 'Older', created_at: '2026-01-01T00:00:00Z' });
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 2)), { once: true }),
    http.get(api('/datasets'), () => HttpResponse.json(makeList([older], 2)), { once: true }),
  );
  show();
  await load();
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  expect(screen.getByRole('list')).toHaveClass('grid', 'gap-4');
  expect(screen.getByText('Showing 1 of 2')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('heading', { name: 'Older' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
});

it('keeps the list where more of it is not to be had', async () => {
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 2)), { once: true }),
  );
  show();
  await load();
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.')));
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
});

it('keeps the list where it cannot be got anew, and asks again', async () => {
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 1)), { once: true }),
  );
  show();
  await load();
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  await load();
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/No datasets yet/)).toBeInTheDocument();
});

it('draws the card that an event is about, and no other', () => {
  const other = makeDataset({ id: 'ds_2', name: 'Other' });
  let drawn = 0;
  const watched = Object.defineProperty({ ...other }, 'name', {
    get: () => {
      drawn += 1;
      return other.name;
    },
  });
  useDatasetsStore.setState({ datasets: [makeDownloadingDataset(), watched], total: 2, loaded: true });
  show();
  const before = drawn;
  act(() => useDatasetsStore.getState().applyEvent(makeProgress()));
  expect(screen.getByText('45.2%')).toBeInTheDocument();
  expect(drawn).toBe(before);
});
