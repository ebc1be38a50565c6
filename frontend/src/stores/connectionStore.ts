/** Whether the server can be reached, and whether it wants its access token. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getAccessToken, setAccessToken } from '../api/accessToken';
import { socketClient, type SocketState } from '../api/websocket';

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
  readonly reconnects: number;
}

interface ConnectionActions {
  readonly setSocketState: (socket: SocketState) => void;
  readonly setApiReachable: (reachable: boolean) => void;
  /** The API refused a request for want of its token. */
  readonly requireAccess: () => void;
  /** Keep `token`, and begin anew with it. */
  readonly saveToken: (token: string) => void;
}

export const useConnectionStore = create<ConnectionState & ConnectionActions>()(
  devtools(
    (set) => ({
      socket: 'connecting',
      apiReachable: true,
      access: 'granted',
      epoch: 0,
      reconnects: 0,
      setSocketState: (socket) => set((state) => applySocketState(state, socket), false, 'socketChanged'),
      setApiReachable: (apiReachable) => set({ apiReachable }, false, 'apiAnswered'),
      requireAccess: () =>
        set({ access: getAccessToken() === null ? 'asked' : 'refused' }, false, 'accessRefused'),
      saveToken: (token) => {
        setAccessToken(token);
        set((state) => ({ access: 'granted', epoch: state.epoch + 1 }), false, 'giveToken');
        socketClient.reconnect();
      },
    }),
    { name: 'ConnectionStore' },
  ),
);

function applySocketState(state: ConnectionState, socket: SocketState): Partial<ConnectionState> {
  const lost = state.socket === 'reconnecting' || state.socket === 'down';
  const up = socket === 'connected';
  return {
    socket,
    apiReachable: up || state.apiReachable,
    reconnects: lost && up ? state.reconnects + 1 : state.reconnects,
  };
}

/** The two connections, API and socket, as one state. */
export function selectConnection({
  socket,
  apiReachable,
}: Pick<ConnectionState, 'socket' | 'apiReachable'>): Connection {
  if (socket === 'connected' && apiReachable) {
    return 'connected';
  }
  return socket === 'down' || (!apiReachable && socket !== 'connected') ? 'down' : 'reconnecting';
}
