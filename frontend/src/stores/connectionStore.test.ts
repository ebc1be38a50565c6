import { getAccessToken, setAccessToken } from '../api/accessToken';
import type { SocketState } from '../api/websocket';
import { type Connection, selectConnection, useConnectionStore } from './connectionStore';

const store = useConnectionStore.getState;

it.each<[SocketState, boolean, Connection]>([
  ['connected', true, 'connected'],
  ['connected', false, 'reconnecting'],
  ['connecting', true, 'reconnecting'],
  ['reconnecting', true, 'reconnecting'],
  ['reconnecting', false, 'down'],
  ['connecting', false, 'down'],
  ['down', true, 'down'],
])('maps socket %s and API reachable %s to %s', (socket, apiReachable, expected) => {
  expect(selectConnection({ socket, apiReachable })).toBe(expected);
});

it('takes a connected socket as proof that the API is reachable', () => {
  store().setApiReachable(false);
  store().setSocketState('connected');
  expect(store().apiReachable).toBe(true);
  store().setApiReachable(false);
  store().setSocketState('reconnecting');
  expect(store().apiReachable).toBe(false);
});

it('counts reconnects', () => {
  const states: SocketState[] = ['connecting', 'connected', 'reconnecting', 'connected', 'connected', 'down'];
  for (const state of states) store().setSocketState(state);
  expect(store().reconnects).toBe(1);
  store().setSocketState('connected');
  expect(store().reconnects).toBe(2);
});

it('requires a token, then rejects a wrong one', () => {
  store().requireAccess();
  expect(store().access).toBe('required');
  setAccessToken('wrong');
  store().requireAccess();
  expect(store().access).toBe('rejected');
});

it('stores a token and starts over with it', () => {
  store().requireAccess();
  store().saveToken('right');
  expect(getAccessToken()).toBe('right');
  expect(store()).toMatchObject({ access: 'granted', epoch: 1 });
});
