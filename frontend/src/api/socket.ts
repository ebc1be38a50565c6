/** Creates the Socket.IO socket that the panel's client uses. */
import { io } from 'socket.io-client';

import { getAccessToken } from './accessToken';

/** The part of Socket.IO's socket that the client uses, so that tests can replace it. */
export interface SocketLike {
  readonly connected: boolean;
  /** Whether it keeps reconnecting; false after the server refused the connection. */
  readonly active: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, listener: (message: unknown) => void): unknown;
  off(event: string, listener: (message: unknown) => void): unknown;
  emit(event: string, payload: unknown, acknowledge?: (answer: unknown) => void): unknown;
}

export type SocketFactory = () => SocketLike;

/** A lost server is looked for once a second at first, then less often. */
const FAST_RETRIES = 60;
const FAST_RETRY_MS = 1_000;
const SLOW_RETRY_MS = 5_000;

/** Create a socket that is not yet connected. */
export const createSocket: SocketFactory = () => {
  const socket = io({
    path: '/socket.io',
    autoConnect: false,
    // A WebSocket first; long polling where a proxy lets no WebSocket through.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: FAST_RETRY_MS,
    // Read at each attempt, so that a token entered meanwhile is used.
    auth: (send) => {
      send({ token: getAccessToken() ?? '' });
    },
  });
  socket.io.on('reconnect_attempt', (attempt) => {
    socket.io.reconnectionDelayMax(attempt < FAST_RETRIES ? FAST_RETRY_MS : SLOW_RETRY_MS);
  });
  return socket;
};
