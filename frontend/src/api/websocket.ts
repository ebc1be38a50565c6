/**
 * The panel's one socket: it connects and restores its subscriptions after every reconnect.
 *
 * Each subscriber first receives a snapshot, so that it misses nothing between a GET and its subscription.
 */
import type { Channel, EventOf, SnapshotOf, SubscribeRefused } from '../types/events';
import { createSocket, type SocketFactory, type SocketLike } from './socket';

/** `connecting` lasts until the first connection. After several failed attempts the state is `down`. */
export type SocketState = 'connecting' | 'connected' | 'reconnecting' | 'down';

/** Receives a channel: first the snapshot, then events; after a reconnect another snapshot. */
export interface Subscriber<C extends Channel> {
  onSnapshot(snapshot: SnapshotOf<C>): void;
  onEvent(event: EventOf<C>): void;
}

/** A subscriber without the types of its channel, so that messages are cast in one place only. */
interface AnySubscriber {
  onSnapshot(snapshot: unknown): void;
  onEvent(event: unknown): void;
}

type StateListener = (state: SocketState) => void;

const ATTEMPTS_UNTIL_DOWN = 3;

/** Client of one Socket.IO connection; `socketClient` is the panel's own. */
export class SocketClient {
  private socket: SocketLike | null = null;
  private state: SocketState = 'connecting';
  private failedAttempts = 0;
  private readonly listeners = new Set<StateListener>();
  private readonly channels = new Map<Channel, Set<AnySubscriber>>();
  private readonly forwarders = new Map<Channel, (message: unknown) => void>();

  constructor(private factory: SocketFactory = createSocket) {}

  /** Use `factory` for the next connection; close the current one and forget all subscriptions. */
  replaceFactory(factory: SocketFactory): void {
    this.disconnect();
    this.channels.clear();
    this.forwarders.clear();
    this.factory = factory;
    this.state = 'connecting';
  }

  /** Connect and stay connected; a second call has no effect. */
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

  /** Close the connection; the next `connect` restores the subscriptions. */
  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.disconnect();
    this.failedAttempts = 0;
  }

  /** Open a new connection with the access token that is stored now. */
  reconnect(): void {
    this.disconnect();
    this.setState('reconnecting');
    this.connect();
  }

  /** Start the next attempt immediately; no effect while connected. */
  reconnectNow(): void {
    if (this.socket?.connected === false) {
      this.socket.disconnect();
      this.socket.connect();
    }
  }

  /** Subscribe to `channel`; return a function that ends the subscription. */
  subscribe<C extends Channel>(channel: C, subscriber: Subscriber<C>): () => void {
    // The generated types say what the server sends; the channel's name decides which of them applies.
    const listener = subscriber as unknown as AnySubscriber;
    const subscribers = this.channels.get(channel) ?? this.addChannel(channel);
    subscribers.add(listener);
    this.requestSnapshot(channel, listener);
    return () => this.unsubscribe(channel, subscriber);
  }

  /** End a subscription; the last one of a channel unsubscribes at the server. */
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

  /** Send a message if connected; otherwise drop it, because connecting restores all subscriptions. */
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

  /** Call `listener` with the current state and each change; return a function that stops it. */
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
    // Socket.IO reconnects by itself unless the server closed the connection on purpose.
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

/** Subscribe to a channel of the panel's socket; return a function that ends the subscription. */
export const subscribe = <C extends Channel>(channel: C, subscriber: Subscriber<C>): (() => void) =>
  socketClient.subscribe(channel, subscriber);

/** End a subscription of the panel's socket. */
export const unsubscribe = <C extends Channel>(channel: C, subscriber: Subscriber<C>): void =>
  socketClient.unsubscribe(channel, subscriber);

/** Send a message over the panel's socket. */
export const emit = (event: string, payload: unknown, acknowledge?: (answer: unknown) => void): void =>
  socketClient.emit(event, payload, acknowledge);
