import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { connect } from '../../../api/websocket';
import { makeCompleted } from '../../../test/eventFixtures';
import { type FakeSocket, useFakeSocket } from '../../../test/fakeSocket';
import { makeDetail } from '../../../test/fixtures';
import { api, server } from '../../../test/server';
import { formatProgressChannel } from '../../../types/events';
import { useDatasetDetail } from './useDatasetDetail';

let socket: FakeSocket;

beforeEach(() => {
  socket = useFakeSocket();
  connect();
  act(() => socket.accept());
});

it('loads the dataset, applies its events, and reloads it when its job ends', async () => {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail({ status: 'processing' }))));
  const { result, unmount } = renderHook(() => useDatasetDetail('ds_1'));
  await waitFor(() =>
    expect(result.current).toMatchObject({ kind: 'loaded', value: { status: 'processing' } }),
  );
  server.use(
    http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail({ seq: 12, text_column: 'story' }))),
  );
  act(() => socket.receive(formatProgressChannel('ds_1'), makeCompleted()));
  expect(result.current).toMatchObject({ value: { status: 'ready', text_column: 'text' } });
  await waitFor(() => expect(result.current).toMatchObject({ value: { text_column: 'story' } }));
  unmount();
  expect(socket.listChannels('unsubscribe')).toEqual([formatProgressChannel('ds_1')]);
});

it('applies the snapshot', async () => {
  const { result } = renderHook(() => useDatasetDetail('ds_1'));
  await waitFor(() => expect(result.current.kind).toBe('loaded'));
  const dataset = makeDetail({ seq: 50, name: 'Newer' });
  act(() =>
    socket.answer(formatProgressChannel('ds_1'), {
      channel: formatProgressChannel('ds_1'),
      seq: 50,
      dataset,
    }),
  );
  expect(result.current).toMatchObject({ value: { name: 'Newer' } });
});
