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

function renderDatasetList() {
  return render(
    <DatasetList selection={NO_SELECTION} {...props}>
      <button>Import</button>
    </DatasetList>,
  );
}

async function fetchList(): Promise<void> {
  await act(() => useDatasetsStore.getState().fetchDatasets());
}

it('shows that it is loading, then what to do with an empty list', async () => {
  renderDatasetList();
  expect(screen.getByRole('status')).toHaveTextContent('Loading datasets…');
  await fetchList();
  expect(screen.getByText(/No datasets yet. Enter a repository/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Import' })).toBeInTheDocument();
});

it('shows why loading failed, and retries', async () => {
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  renderDatasetList();
  await fetchList();
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/No datasets yet/)).toBeInTheDocument();
});

it('shows one card per dataset, and more on request', async () => {
  const older = makeDataset({ id: 'ds_2', name: 'Older', created_at: '2026-01-01T00:00:00Z' });
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 2)), { once: true }),
    http.get(api('/datasets'), () => HttpResponse.json(makeList([older], 2)), { once: true }),
  );
  renderDatasetList();
  await fetchList();
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  expect(screen.getByRole('list')).toHaveClass('grid', 'gap-4');
  expect(screen.getByText('Showing 1 of 2')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('heading', { name: 'Older' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Load more' })).toBeNull();
});

it('keeps the list if loading more fails', async () => {
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 2)), { once: true }),
  );
  renderDatasetList();
  await fetchList();
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.')));
  await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
});

it('keeps the list if refreshing fails, and retries', async () => {
  server.use(
    http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDataset()], 1)), { once: true }),
  );
  renderDatasetList();
  await fetchList();
  server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  await fetchList();
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getAllByRole('listitem')).toHaveLength(1);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/No datasets yet/)).toBeInTheDocument();
});

it('renders only the card that an event is about', () => {
  const other = makeDataset({ id: 'ds_2', name: 'Other' });
  let renders = 0;
  const counted = Object.defineProperty({ ...other }, 'name', {
    get: () => {
      renders += 1;
      return other.name;
    },
  });
  useDatasetsStore.setState({ datasets: [makeDownloadingDataset(), counted], total: 2, loaded: true });
  renderDatasetList();
  const before = renders;
  act(() => useDatasetsStore.getState().applyEvent(makeProgress()));
  expect(screen.getByText('45.2%')).toBeInTheDocument();
  expect(renders).toBe(before);
});
