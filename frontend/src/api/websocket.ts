/**
 * The one socket of the panel: connects, restores its subscriptions after every reconnect, and hands each subscriber the
 * snapshot that answers a subscribe, so that nothing said between a GET and the subscribe is lost.
 */
import { io } from 'socket.io-client';

import type { Channel, EventOf, SnapshotOf, SubscribeRefused } from '../types/events';
import { getAccessToken } from './accessToken';

/** `connecting` is the first try only; `reconnecting` goes over into `down` when several tries have failed. */
export type SocketState = 'connecting' | 'connected' | 'reconnecting' | 'down';

/** What is used of socket.io's socket: tests bring one of their own. */
export interface SocketLike {
  readonly connected: boolean;
  /** Whether it goes on trying by itself; it does not where the server refused it. */
  readonly active: boolean;
  connect(): unknown;
  disconnect(): unknown;
  on(event: string, listener: (message: unknown) => void): unknown;
  off(event: string, listener: (message: unknown) => void): unknown;
  emit(event: string, payload: unknown, acknowledge?: (answer: unknown) => void): unknown;
}

export type SocketFactory = () => SocketLike;

/** Hears a channel: first the snapshot, then what is new; after a reconnect again the snapshot. */
export interface Subscriber<C extends Channel> {
  onSnapshot(snapshot: SnapshotOf<C>): void;
  onEvent(event: EventOf<C>): void;
}

/** A subscriber whose channel's types have been left behind: what the server sends is cast in one place. */
interface AnySubscriber {
  onSnapshot(snapshot: unknown): void;
  onEvent(event: unknown): void;
}

type StateListener = (state: SocketState) => void;

const ATTEMPTS_UNTIL_DOWN = 3;

/** How long a server may be away and is still looked for once a second. */
const FAST_RETRIES = 60;
const FAST_RETRY_MS = 1_000;
const SLOW_RETRY_MS = 5_000;

const createSocket: SocketFactory = () => {
  const socket = io({
    path: '/socket.io',
    autoConnect: false,
    // A socket at once; where a proxy lets none through, requests that wait do instead.
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: FAST_RETRY_MS,
    // Asked anew at each try, so that a token typed meanwhile is used.
    auth: (send) => {
      send({ token: getAccessToken() ?? '' });
    },
  });
  socket.io.on('reconnect_attempt', (attempt) => {
    socket.io.reconnectionDelayMax(attempt < FAST_RETRIES ? FAST_RETRY_MS : SLOW_RETRY_MS);
  });
  return socket;
};

/** Client of one Socket.IO connection; see the module's exports for the panel's own. */
export class SocketClient {
  private socket: SocketLike | null = null;
  private state: SocketState = 'connecting';
  private failedAttempts = 0;
  private readonly listeners = new Set<StateListener>();
  private readonly channels = new Map<Channel, Set<AnySubscriber>>();
  private readonly forwarders = new Map<Channel, (message: unknown) => void>();

  constructor(private factory: SocketFactory = createSocket) {}

  /** Use `factory` for the next connection; the present one is closed and every subscription forgotten. */
  replaceFactory(factory: SocketFactory): void {
    this.disconnect();
    this.channels.clear();
    this.forwarders.clear();
    this.factory = factory;
    this.state = 'connecting';
  }

  /** Connect, and stay connected; a second call has no effect. */
  connect(): void {
    if (this.socket !== null) {
      return;
    }
    const socket = this.factory();
    this.socket = socket;
    socket.on('connect', () => this.onConnect());
    socket.on('disconnect', (reason) => this.onDisconnect(reason));
    socket.on('connect_error', () => this.onConnectError());
    for (const [channel, forward] of this.forwarders) {
      socket.on(channel, forward);
    }
    socket.connect();
  }

  /** Close the connection; subscriptions stay and come back with the next connect. */
  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.disconnect();
    this.failedAttempts = 0;
  }

  /** Connect anew, with the access token that is kept now. */
  reconnect(): void {
    this.disconnect();
    this.setState('reconnecting');
    this.connect();
  }

  /** Try at once, instead of when the next try is due; without effect while connected. */
  reconnectNow(): void {
    if (this.socket?.connected === false) {
      this.socket.disconnect();
      this.socket.connect();
    }
  }

  /** Hear `channel`; returns how to stop. */
  subscribe<C extends Channel>(channel: C, subscriber: Subscriber<C>): () => void {
    // The server sends what the generated types say; the channel's name tells which of them.
    const listener = subscriber as unknown as AnySubscriber;
    const subscribers = this.channels.get(channel) ?? this.addChannel(channel);
    subscribers.add(listener);
    this.requestSnapshot(channel, listener);
    return () => this.unsubscribe(channel, subscriber);
  }

  /** Stop hearing `channel`; when nobody hears it any more, the server is told. */
  unsubscribe<C extends Channel>(channel: C, subscriber: Subscriber<C>): void {
    const subscribers = this.channels.get(channel);
    if (subscribers === undefined || !subscribers.delete(subscriber) || subscribers.size > 0) {
      return;
    }
    const forward = this.forwarders.get(channel);
    if (forward !== undefined) {
      this.socket?.off(channel, forward);
    }
    this.channels.delete(channel);
    this.forwarders.delete(channel);
    this.emit('unsubscribe', { channel });
  }

  /** Say something to the server, if it is connected: whoever is not, subscribes anew later. */
  emit(event: string, payload: unknown, acknowledge?: (answer: unknown) => void): void {
    if (this.socket?.connected !== true) {
      return;
    }
    if (acknowledge === undefined) {
      this.socket.emit(event, payload);
    } else {
      this.socket.emit(event, payload, acknowledge);
    }
  }

  /** Hear the state of the connection, at once and at every change; returns how to stop. */
  onState(listener: StateListener): () => void {
    this.listeners.add(listener);
    listener(this.state);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private addChannel(channel: Channel): Set<AnySubscriber> {
    const subscribers = new Set<AnySubscriber>();
    const forward = (event: unknown): void => {
      for (const listener of [...subscribers]) {
        listener.onEvent(event);
      }
    };
    this.channels.set(channel, subscribers);
    this.forwarders.set(channel, forward);
    this.socket?.on(channel, forward);
    return subscribers;
  }

  private requestSnapshot(channel: Channel, listener: AnySubscriber): void {
    this.emit('subscribe', { channel }, (answer) => {
      const present = this.channels.get(channel)?.has(listener) === true;
      if (present && !isRefused(answer)) {
        listener.onSnapshot(answer);
      }
    });
  }

  private onConnect(): void {
    this.failedAttempts = 0;
    this.setState('connected');
    for (const [channel, subscribers] of this.channels) {
      for (const listener of subscribers) {
        this.requestSnapshot(channel, listener);
      }
    }
  }

  private onDisconnect(reason: unknown): void {
    if (this.socket === null) {
      return;
    }
    this.setState('reconnecting');
    // Socket.IO comes back by itself, except where the server closed the connection on purpose.
    if (reason === 'io server disconnect') {
      this.socket.connect();
    }
  }

  private onConnectError(): void {
    this.failedAttempts += 1;
    if (this.failedAttempts >= ATTEMPTS_UNTIL_DOWN || this.socket?.active === false) {
      this.setState('down');
    }
  }

  private setState(state: SocketState): void {
    this.state = state;
    for (const listener of this.listeners) {
      listener(state);
    }
  }
}

function isRefused(answer: unknown): answer is SubscribeRefused {
  return typeof answer !== 'object' || answer === null || 'error' in answer;
}

/** The panel's own client. */
export const socketClient = new SocketClient();

/** Connect the panel's socket; a second call has no effect. */
export const connect = (): void => socketClient.connect();

/** Hear a channel of the panel's socket; returns how to stop. */
export const subscribe = <C extends Channel>(channel: C, subscriber: Subscriber<C>): (() => void) =>
  socketClient.subscribe(channel, subscriber);

/** Stop hearing a channel of the panel's socket. */
export const unsubscribe = <C extends Channel>(channel: C, subscriber: Subscriber<C>): void =>
  socketClient.unsubscribe(channel, subscriber);

/** Say something to the server over the panel's socket. */
export const emit = (event: string, payload: unknown, acknowledge?: (answer: unknown) => void): void =>
  socketClient.emit(event, payload, acknowledge);
