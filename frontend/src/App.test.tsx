import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { App } from './App';
import { violations } from './test/axe';
import { aCompleted } from './test/eventFixtures';
import { useFakeSocket } from './test/fakeSocket';
import { aDataset, aDownloadingDataset, aList } from './test/fixtures';
import { api, problem, server } from './test/server';
import { progressChannel } from './types/events';

it('is a page with a header and the panel, and breaks no rule of accessibility', async () => {
  server.use(
    http.get(api('/datasets'), () =>
      HttpResponse.json(aList([aDataset(), aDownloadingDataset({ id: 'ds_2' })])),
    ),
  );
  const { container } = render(<App />);
  await screen.findByRole('list', { name: 'Datasets' });
  expect(container.firstElementChild).toHaveClass('min-h-screen', 'bg-slate-950', 'text-slate-100');
  expect(screen.getByRole('main')).toHaveClass('max-w-7xl', 'mx-auto', 'px-6', 'py-8');
  expect(await violations()).toEqual([]);
});

it('shows the live state of the connection, and restores the list after a loss', async () => {
  const socket = useFakeSocket();
  const list = aList([aDataset({ name: 'Meanwhile' })]);
  server.use(http.get(api('/datasets'), () => HttpResponse.json(list)));
  render(<App />);
  expect(screen.getByText('Reconnecting…')).toBeInTheDocument();
  act(() => socket.accept());
  expect(screen.getByText('API Connected')).toBeInTheDocument();
  act(() => socket.drop());
  expect(screen.getByText('Reconnecting…')).toBeInTheDocument();
  act(() => socket.accept());
  act(() => socket.answer('datasets', { channel: 'datasets', list }));
  expect(await screen.findByRole('heading', { name: 'Meanwhile' })).toBeInTheDocument();
});

it('tells those who do not see it that a dataset is ready', async () => {
  const socket = useFakeSocket();
  server.use(http.get(api('/datasets'), () => HttpResponse.json(aList([aDownloadingDataset()]))));
  render(<App />);
  await screen.findByText('downloading');
  act(() => socket.accept());
  act(() => socket.hear(progressChannel('ds_1'), aCompleted()));
  expect(await screen.findByText('TinyStories: ready.')).toBeInTheDocument();
});

it('asks once for the server’s token, and goes on with it', async () => {
  const guarded =
    (answer: object) =>
    ({ request }: { request: Request }) =>
      request.headers.get('authorization') === 'Bearer right'
        ? HttpResponse.json(answer)
        : problem(401, 'unauthorized', 'This server needs its access token.');
  server.use(
    http.get(api('/datasets'), guarded(aList([aDataset()]))),
    http.get(api('/system/storage'), guarded({})),
  );
  render(<App />);
  await userEvent.type(await screen.findByLabelText('Server access token'), 'wrong{Enter}');
  expect(await screen.findByText(/did not accept the token/)).toBeInTheDocument();
  await userEvent.type(screen.getByLabelText('Server access token'), 'right{Enter}');
  expect(await screen.findByRole('heading', { name: 'TinyStories' })).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
