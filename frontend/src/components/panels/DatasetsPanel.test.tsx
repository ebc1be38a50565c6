import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { connect } from '../../api/websocket';
import { makeCompleted } from '../../test/eventFixtures';
import { useFakeSocket } from '../../test/fakeSocket';
import { makeDataset, makeDeletePreview, makeDownloadingDataset, makeList } from '../../test/fixtures';
import { api, server } from '../../test/server';
import { formatProgressChannel } from '../../types/events';
import { DatasetsPanel } from './DatasetsPanel';

function serve(...datasets: Parameters<typeof makeList>[0]): void {
  server.use(http.get(api('/datasets'), () => HttpResponse.json(makeList(datasets))));
}

it('stands in the order of the specification', async () => {
  serve(makeDataset());
  const { container } = render(<DatasetsPanel />);
  await screen.findByRole('list', { name: 'Datasets' });
  expect(container.firstElementChild).toHaveClass('space-y-6');
  const headings = screen.getAllByRole('heading').map(({ textContent }) => textContent);
  expect(headings).toEqual(['Dataset Management', 'Download from HuggingFace', 'TinyStories']);
  expect(screen.getByRole('heading', { level: 2 })).toHaveClass('text-2xl', 'font-semibold');
});

it('opens a dataset, closes it, and gives the focus back to its card', async () => {
  serve(makeDataset());
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'TinyStories' }));
  expect(await screen.findByRole('dialog', { name: 'TinyStories' })).toBeInTheDocument();
  expect(window.location.pathname).toBe('/datasets/ds_1/overview');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.getByRole('button', { name: 'TinyStories' })).toHaveFocus();
  expect(window.location.pathname).toBe('/');
});

it('lands on the view that a link names', async () => {
  window.history.replaceState(null, '', '/datasets/ds_1/samples?split=train');
  serve(makeDataset());
  render(<DatasetsPanel />);
  expect(await screen.findByRole('tab', { name: 'Samples', selected: true })).toBeInTheDocument();
  expect(await screen.findByRole('combobox', { name: 'Split' })).toHaveDisplayValue('train');
});

it('says in the window of a dataset that it was deleted elsewhere', async () => {
  const socket = useFakeSocket();
  connect();
  act(() => socket.accept());
  serve(makeDataset());
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'TinyStories' }));
  await screen.findByRole('tab', { name: 'Overview' });
  act(() => socket.receive('datasets', { type: 'deleted', dataset_id: 'ds_1', seq: 99 }));
  expect(await screen.findByText(/it may have been deleted/)).toBeInTheDocument();
});

it('asks before it deletes', async () => {
  serve(makeDataset());
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

it('follows a download to its end without asking again', async () => {
  const socket = useFakeSocket();
  connect();
  act(() => socket.accept());
  serve(makeDownloadingDataset());
  render(<DatasetsPanel />);
  expect(await screen.findByText('downloading')).toBeInTheDocument();
  act(() => socket.receive(formatProgressChannel('ds_1'), makeCompleted()));
  expect(screen.getByText('ready')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'TinyStories' })).toBeEnabled();
});
