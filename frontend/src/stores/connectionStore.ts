/** Whether the server can be reached, and whether it wants its access token. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getAccessToken, setAccessToken } from '../api/accessToken';
import { type SocketState, socketClient } from '../api/websocket';

/** What the header shows. */
export type Connection = 'connected' | 'reconnecting' | 'down';

/** `asked`: the server wants a token; `refused`: it did not accept the one it got. */
export type Access = 'granted' | 'asked' | 'refused';

interface ConnectionState {
  readonly socket: SocketState;
  readonly apiReachable: boolean;
  readonly access: Access;
  /** Counts the tokens that were given: what was asked for in vain before is asked for again. */
  readonly epoch: number;
  /** Counts the times that a lost connection came back: what was got before may have changed since. */
  readonly returns: number;
}

interface ConnectionActions {
  readonly socketChanged: (socket: SocketState) => void;
  readonly apiAnswered: (reachable: boolean) => void;
  /** The API refused a request for want of its token. */
  readonly accessRefused: () => void;
  /** Keep `token`, and begin anew with it. */
  readonly giveToken: (token: string) => void;
}

export const useConnectionStore = create<ConnectionState & ConnectionActions>()(
  devtools(
    (set) => ({
      socket: 'connecting',
      apiReachable: true,
      access: 'granted',
      epoch: 0,
      returns: 0,
      socketChanged: (socket) => set((state) => withSocket(state, socket), false, 'socketChanged'),
      apiAnswered: (apiReachable) => set({ apiReachable }, false, 'apiAnswered'),
      accessRefused: () =>
        set({ access: getAccessToken() === null ? 'asked' : 'refused' }, false, 'accessRefused'),
      giveToken: (token) => {
        setAccessToken(token);
        set((state) => ({ access: 'granted', epoch: state.epoch + 1 }), false, 'giveToken');
        socketClient.reconnect();
      },
    }),
    { name: 'ConnectionStore' },
  ),
);

function withSocket(state: ConnectionState, socket: SocketState): Partial<ConnectionState> {
  const lost = state.socket === 'reconnecting' || state.socket === 'down';
  const up = socket === 'connected';
  return {
    socket,
    apiReachable: up || state.apiReachable,
    returns: lost && up ? state.returns + 1 : state.returns,
  };
}

/** The two connections, API and socket, as one state. */
export function connectionOf({
  socket,
  apiReachable,
}: Pick<ConnectionState, 'socket' | 'apiReachable'>): Connection {
  if (socket === 'connected' && apiReachable) {
    return 'connected';
  }
  return socket === 'down' || (!apiReachable && socket !== 'connected') ? 'down' : 'reconnecting';
}
