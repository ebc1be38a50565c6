import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { getStorage } from '../api/system';
import { useConnectionStore } from '../stores/connectionStore';
import { useFakeSocket } from '../test/fakeSocket';
import { api, problem, server } from '../test/server';
import { useWebSocket } from './useWebSocket';

it('returns the connection state', () => {
  const socket = useFakeSocket();
  const { result, unmount } = renderHook(useWebSocket);
  expect(result.current).toBe('reconnecting');
  act(() => socket.accept());
  expect(result.current).toBe('connected');
  act(() => socket.drop());
  expect(result.current).toBe('reconnecting');
  unmount();
  expect(socket.connected).toBe(false);
});

it('reconnects immediately when the network or the page’s visibility returns', () => {
  const socket = useFakeSocket();
  const { unmount } = renderHook(useWebSocket);
  act(() => socket.accept());
  act(() => void window.dispatchEvent(new Event('online')));
  expect(socket.connects).toBe(1);
  act(() => socket.drop());
  act(() => void window.dispatchEvent(new Event('online')));
  act(() => void document.dispatchEvent(new Event('visibilitychange')));
  expect(socket.connects).toBe(3);
  act(() => socket.accept());
  unmount();
  window.dispatchEvent(new Event('online'));
  expect(socket.connects).toBe(3);
});

it('notices an unreachable API and a missing token', async () => {
  const { result } = renderHook(useWebSocket);
  server.use(http.get(api('/system/storage'), () => HttpResponse.error()));
  await act(() => getStorage().catch(() => undefined));
  expect(result.current).toBe('down');
  server.use(http.get(api('/system/storage'), () => problem(401, 'unauthorized', 'Token.')));
  await act(() => getStorage().catch(() => undefined));
  await waitFor(() => expect(useConnectionStore.getState().access).toBe('required'));
  expect(result.current).toBe('reconnecting');
});
