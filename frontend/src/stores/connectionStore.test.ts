import { getAccessToken, setAccessToken } from '../api/accessToken';
import type { SocketState } from '../api/websocket';
import { type Connection, connectionOf, useConnectionStore } from './connectionStore';

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
  expect(connectionOf({ socket, apiReachable })).toBe(expected);
});

it('takes a socket that is up as proof that the server is', () => {
  store().apiAnswered(false);
  store().socketChanged('connected');
  expect(store().apiReachable).toBe(true);
  store().apiAnswered(false);
  store().socketChanged('reconnecting');
  expect(store().apiReachable).toBe(false);
});

it('counts the times that a lost connection came back', () => {
  const states: SocketState[] = ['connecting', 'connected', 'reconnecting', 'connected', 'connected', 'down'];
  for (const state of states) store().socketChanged(state);
  expect(store().returns).toBe(1);
  store().socketChanged('connected');
  expect(store().returns).toBe(2);
});

it('asks for a token, then says that the one it has is wrong', () => {
  store().accessRefused();
  expect(store().access).toBe('asked');
  setAccessToken('wrong');
  store().accessRefused();
  expect(store().access).toBe('refused');
});

it('keeps a token that is given, and begins anew with it', () => {
  store().accessRefused();
  store().giveToken('right');
  expect(getAccessToken()).toBe('right');
  expect(store()).toMatchObject({ access: 'granted', epoch: 1 });
});
