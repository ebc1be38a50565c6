import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { connect } from '../../api/websocket';
import { makeCompleted } from '../../test/eventFixtures';
import { useFakeSocket } from '../../test/fakeSocket';
import { makeDataset, makeDownloadingDataset, makeList } from '../../test/fixtures';
import { makeDeletePreview } from '../../test/storageFixtures';
import { api, server } from '../../test/server';
import { formatProgressChannel } from '../../types/events';
import { DatasetsPanel } from './DatasetsPanel';

function serveDatasets(...datasets: Parameters<typeof makeList>[0]): void {
  server.use(http.get(api('/datasets'), () => HttpResponse.json(makeList(datasets))));
}

it('has the order of the specification', async () => {
  serveDatasets(makeDataset());
  const { container } = render(<DatasetsPanel />);
  await screen.findByRole('list', { name: 'Datasets' });
  expect(container.firstElementChild).toHaveClass('space-y-6');
  const headings = screen.getAllByRole('heading').map(({ textContent }) => textContent);
  expect(headings).toEqual(['Dataset Management', 'Download from HuggingFace', 'TinyStories']);
  expect(screen.getByRole('heading', { level: 2 })).toHaveClass('text-2xl', 'font-semibold');
});

it('opens and closes a dataset, and returns the focus to its card', async () => {
  serveDatasets(makeDataset());
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'TinyStories' }));
  expect(await screen.findByRole('dialog', { name: 'TinyStories' })).toBeInTheDocument();
  expect(window.location.pathname).toBe('/datasets/ds_1/overview');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.getByRole('button', { name: 'TinyStories' })).toHaveFocus();
  expect(window.location.pathname).toBe('/');
});

it('opens the view that a link names', async () => {
  window.history.replaceState(null, '', '/datasets/ds_1/samples?split=train');
  serveDatasets(makeDataset());
  render(<DatasetsPanel />);
  expect(await screen.findByRole('tab', { name: 'Samples', selected: true })).toBeInTheDocument();
  expect(await screen.findByRole('combobox', { name: 'Split' })).toHaveDisplayValue('train');
});

it('shows that the open dataset was deleted elsewhere', async () => {
  const socket = useFakeSocket();
  connect();
  act(() => socket.accept());
  serveDatasets(makeDataset());
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'TinyStories' }));
  await screen.findByRole('tab', { name: 'Overview' });
  act(() => socket.receive('datasets', { type: 'deleted', dataset_id: 'ds_1', seq: 99 }));
  expect(await screen.findByText(/it may have been deleted/)).toBeInTheDocument();
});

it('asks for confirmation before it deletes', async () => {
  serveDatasets(makeDataset());
  server.use(
    http.delete(api('/datasets/ds_1'), ({ request }) =>
      request.url.includes('dry_run')
        ? HttpResponse.json(makeDeletePreview())
        : new HttpResponse(null, { status: 204 }),
    ),
  );
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete TinyStories' }));
  await screen.findByText('Search index');
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText(/No datasets yet/)).toBeInTheDocument();
});

it('follows a download to its end without polling', async () => {
  const socket = useFakeSocket();
  connect();
  act(() => socket.accept());
  serveDatasets(makeDownloadingDataset());
  render(<DatasetsPanel />);
  expect(await screen.findByText('downloading')).toBeInTheDocument();
  act(() => socket.receive(formatProgressChannel('ds_1'), makeCompleted()));
  expect(screen.getByText('ready')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'TinyStories' })).toBeEnabled();
});
