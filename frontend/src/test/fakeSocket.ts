/** A socket without a network: the test is the server. */
import { socketClient, type SocketLike } from '../api/websocket';

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

  /** As the next connection of the client: whoever heard the one before does not hear this one. */
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

  /** The server lets the client in. */
  accept(): void {
    this.connected = true;
    this.receive('connect');
  }

  /** The connection is lost. */
  drop(reason = 'transport close'): void {
    this.connected = false;
    this.receive('disconnect', reason);
  }

  /** A try to connect fails. */
  fail(): void {
    this.receive('connect_error', new Error('xhr poll error'));
  }

  /** The server says something. */
  receive(event: string, message?: unknown): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(message);
  }

  /** The channels that were asked for, in order. */
  listChannels(event = 'subscribe'): string[] {
    return this.sent
      .filter((sent) => sent.event === event)
      .map(({ payload }) => (payload as { channel: string }).channel);
  }

  /** The server answers the newest subscribe to `channel`. */
  answer(channel: string, snapshot: unknown): void {
    const asked = this.sent.findLast(
      ({ event, payload }) => event === 'subscribe' && (payload as { channel: string }).channel === channel,
    );
    asked?.acknowledge?.(snapshot);
  }
}

/** Put a fake in place of the panel's socket; subscriptions of before are forgotten. */
export function useFakeSocket(): FakeSocket {
  const socket = new FakeSocket();
  socketClient.replaceFactory(() => socket.clearListeners());
  return socket;
}
