/** A socket without a network; the test plays the server. */
import type { SocketLike } from '../api/socket';
import { socketClient } from '../api/websocket';

type Listener = (message: unknown) => void;

interface Sent {
  readonly event: string;
  readonly payload: unknown;
  readonly acknowledge: ((answer: unknown) => void) | undefined;
}

export class FakeSocket implements SocketLike {
  connected = false;
  active = true;
  connects = 0;
  readonly sent: Sent[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();

  connect(): void {
    this.connects += 1;
  }

  disconnect(): void {
    this.connected = false;
  }

  /** Act as the next connection: the listeners of the previous one are gone. */
  clearListeners(): this {
    this.listeners.clear();
    return this;
  }

  on(event: string, listener: Listener): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(listener));
  }

  off(event: string, listener: Listener): void {
    this.listeners.get(event)?.delete(listener);
  }

  emit(event: string, payload: unknown, acknowledge?: (answer: unknown) => void): void {
    this.sent.push({ event, payload, acknowledge });
  }

  /** The server accepts the connection. */
  accept(): void {
    this.connected = true;
    this.receive('connect');
  }

  /** The connection is lost. */
  drop(reason = 'transport close'): void {
    this.connected = false;
    this.receive('disconnect', reason);
  }

  /** An attempt to connect fails. */
  fail(): void {
    this.receive('connect_error', new Error('xhr poll error'));
  }

  /** The server sends a message. */
  receive(event: string, message?: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(message);
  }

  /** Return the channels of the sent `event` messages, in order. */
  listChannels(event = 'subscribe'): string[] {
    return this.sent
      .filter((sent) => sent.event === event)
      .map(({ payload }) => (payload as { channel: string }).channel);
  }

  /** The server answers the latest subscription to `channel`. */
  answer(channel: string, snapshot: unknown): void {
    const request = this.sent.findLast(
      ({ event, payload }) => event === 'subscribe' && (payload as { channel: string }).channel === channel,
    );
    request?.acknowledge?.(snapshot);
  }
}

/** Replace the panel's socket by a fake and forget all subscriptions. */
export function useFakeSocket(): FakeSocket {
  const socket = new FakeSocket();
  socketClient.replaceFactory(() => socket.clearListeners());
  return socket;
}
