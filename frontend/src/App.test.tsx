import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { App } from './App';
import { findViolations } from './test/axe';
import { makeCompleted } from './test/eventFixtures';
import { useFakeSocket } from './test/fakeSocket';
import { makeDataset, makeDownloadingDataset, makeList } from './test/fixtures';
import { api, problem, server } from './test/server';
import { formatProgressChannel } from './types/events';

it('shows the header and the panel without accessibility violations', async () => {
  server.use(
    http.get(api('/datasets'), () =>
      HttpResponse.json(makeList([makeDataset(), makeDownloadingDataset({ id: 'ds_2' })])),
    ),
  );
  const { container } = render(<App />);
  await screen.findByRole('list', { name: 'Datasets' });
  expect(container.firstElementChild).toHaveClass('min-h-screen', 'bg-slate-950', 'text-slate-100');
  expect(screen.getByRole('main')).toHaveClass('max-w-7xl', 'mx-auto', 'px-6', 'py-8');
  expect(await findViolations()).toEqual([]);
});

it('shows the connection state, and refreshes the list after a reconnect', async () => {
  const socket = useFakeSocket();
  const list = makeList([makeDataset({ name: 'Meanwhile' })]);
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

it('announces that a dataset is ready', async () => {
  const socket = useFakeSocket();
  server.use(http.get(api('/datasets'), () => HttpResponse.json(makeList([makeDownloadingDataset()]))));
  render(<App />);
  await screen.findByText('downloading');
  act(() => socket.accept());
  act(() => socket.receive(formatProgressChannel('ds_1'), makeCompleted()));
  expect(await screen.findByText('TinyStories: ready.')).toBeInTheDocument();
});

it('asks once for the server’s token, and continues with it', async () => {
  const handler =
    (answer: object) =>
    ({ request }: { request: Request }) =>
      request.headers.get('authorization') === 'Bearer right'
        ? HttpResponse.json(answer)
        : problem(401, 'unauthorized', 'This server needs its access token.');
  server.use(
    http.get(api('/datasets'), handler(makeList([makeDataset()]))),
    http.get(api('/system/storage'), handler({})),
  );
  render(<App />);
  await userEvent.type(await screen.findByLabelText('Server access token'), 'wrong{Enter}');
  expect(await screen.findByText(/rejected this token/)).toBeInTheDocument();
  await userEvent.type(screen.getByLabelText('Server access token'), 'right{Enter}');
  expect(await screen.findByRole('heading', { name: 'TinyStories' })).toBeInTheDocument();
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});
