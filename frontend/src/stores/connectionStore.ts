/** Whether the server can be reached, and whether it requires its access token. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { getAccessToken, setAccessToken } from '../api/accessToken';
import { socketClient, type SocketState } from '../api/websocket';

/** The connection as the header shows it. */
export type Connection = 'connected' | 'reconnecting' | 'down';

/** `required`: the server requires a token; `rejected`: it rejected the stored one. */
export type Access = 'granted' | 'required' | 'rejected';

interface ConnectionState {
  readonly socket: SocketState;
  readonly apiReachable: boolean;
  readonly access: Access;
  /** The number of tokens entered; a new one repeats the requests that the server refused. */
  readonly epoch: number;
  /** The number of reconnects; data from before one may be outdated. */
  readonly reconnects: number;
}

interface ConnectionActions {
  readonly setSocketState: (socket: SocketState) => void;
  readonly setApiReachable: (reachable: boolean) => void;
  /** Ask for a token, because the API refused a request without a valid one. */
  readonly requireAccess: () => void;
  /** Store `token` and start over with it. */
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
        set({ access: getAccessToken() === null ? 'required' : 'rejected' }, false, 'accessRefused'),
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

/** Combine the states of API and socket. */
export function selectConnection({
  socket,
  apiReachable,
}: Pick<ConnectionState, 'socket' | 'apiReachable'>): Connection {
  if (socket === 'connected' && apiReachable) {
    return 'connected';
  }
  return socket === 'down' || (!apiReachable && socket !== 'connected') ? 'down' : 'reconnecting';
}
