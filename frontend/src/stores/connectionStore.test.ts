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
])('socket %s and API reachable %s are %s', (socket, apiReachable, expected) => {
  expect(selectConnection({ socket, apiReachable })).toBe(expected);
});

it('takes a socket that is up as proof that the server is', () => {
  store().setApiReachable(false);
  store().setSocketState('connected');
  expect(store().apiReachable).toBe(true);
  store().setApiReachable(false);
  store().setSocketState('reconnecting');
  expect(store().apiReachable).toBe(false);
});

it('counts the times that a lost connection came back', () => {
  const states: SocketState[] = ['connecting', 'connected', 'reconnecting', 'connected', 'connected', 'down'];
  for (const state of states) store().setSocketState(state);
  expect(store().reconnects).toBe(1);
  store().setSocketState('connected');
  expect(store().reconnects).toBe(2);
});

it('asks for a token, then says that the one it has is wrong', () => {
  store().requireAccess();
  expect(store().access).toBe('asked');
  setAccessToken('wrong');
  store().requireAccess();
  expect(store().access).toBe('refused');
});

it('keeps a token that is given, and begins anew with it', () => {
  store().requireAccess();
  store().saveToken('right');
  expect(getAccessToken()).toBe('right');
  expect(store()).toMatchObject({ access: 'granted', epoch: 1 });
});
