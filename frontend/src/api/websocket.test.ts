import type { FakeSocket } from '../test/fakeSocket';
import { useFakeSocket } from '../test/fakeSocket';
import { formatProgressChannel } from '../types/events';
import {
  connect,
  emit,
  SocketClient,
  socketClient,
  type SocketState,
  subscribe,
  unsubscribe,
} from './websocket';

const CHANNEL = formatProgressChannel('ds_1');

function makeSubscriber() {
  return { onSnapshot: jest.fn(), onEvent: jest.fn() };
}

let socket: FakeSocket;

beforeEach(() => {
  socket = useFakeSocket();
});

it('connects once', () => {
  connect();
  connect();
  expect(socket.connects).toBe(1);
});

it('subscribes once connected, and passes on snapshots and events', () => {
  const subscriber = makeSubscriber();
  subscribe(CHANNEL, subscriber);
  connect();
  expect(socket.listChannels()).toEqual([]);
  socket.accept();
  expect(socket.listChannels()).toEqual([CHANNEL]);
  socket.answer(CHANNEL, { channel: CHANNEL, seq: 1, dataset: null });
  socket.receive(CHANNEL, { type: 'progress' });
  expect(subscriber.onSnapshot).toHaveBeenCalledWith({ channel: CHANNEL, seq: 1, dataset: null });
  expect(subscriber.onEvent).toHaveBeenCalledWith({ type: 'progress' });
});

it('restores its subscriptions and requests new snapshots after a reconnect', () => {
  const subscriber = makeSubscriber();
  connect();
  socket.accept();
  subscribe(CHANNEL, subscriber);
  socket.drop();
  socket.accept();
  expect(socket.listChannels()).toEqual([CHANNEL, CHANNEL]);
  socket.answer(CHANNEL, { channel: CHANNEL, seq: 5, dataset: null });
  expect(subscriber.onSnapshot).toHaveBeenCalledTimes(1);
});

it('ignores the answer of a refused channel and a snapshot that arrives too late', () => {
  const subscriber = makeSubscriber();
  connect();
  socket.accept();
  const stop = subscribe(CHANNEL, subscriber);
  socket.answer(CHANNEL, { channel: CHANNEL, error: 'There is no such channel.' });
  socket.answer(CHANNEL, null);
  stop();
  socket.answer(CHANNEL, { channel: CHANNEL, seq: 1, dataset: null });
  expect(subscriber.onSnapshot).not.toHaveBeenCalled();
});

it('unsubscribes from a channel when its last subscriber ends', () => {
  const one = makeSubscriber();
  const other = makeSubscriber();
  connect();
  socket.accept();
  const stop = subscribe(CHANNEL, one);
  subscribe(CHANNEL, other);
  stop();
  stop();
  socket.receive(CHANNEL, { type: 'progress' });
  expect(socket.listChannels('unsubscribe')).toEqual([]);
  unsubscribe(CHANNEL, other);
  socket.receive(CHANNEL, { type: 'progress' });
  expect(socket.listChannels('unsubscribe')).toEqual([CHANNEL]);
  expect([one.onEvent.mock.calls.length, other.onEvent.mock.calls.length]).toEqual([0, 1]);
});

it('sends nothing while disconnected', () => {
  emit('ping', {});
  connect();
  emit('ping', {});
  socket.accept();
  emit('ping', { a: 1 });
  expect(socket.sent).toEqual([{ event: 'ping', payload: { a: 1 }, acknowledge: undefined }]);
});

describe('connection state', () => {
  let states: SocketState[];
  let stop: () => void;

  beforeEach(() => {
    states = [];
    stop = socketClient.onState((state) => states.push(state));
    connect();
  });

  afterEach(() => stop());

  it('goes from the first attempt to connected, and back after a loss', () => {
    socket.accept();
    socket.drop();
    socket.accept();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('is down after three failed attempts, and recovers', () => {
    socket.fail();
    socket.fail();
    expect(states).toEqual(['connecting']);
    socket.fail();
    socket.accept();
    expect(states).toEqual(['connecting', 'down', 'connected']);
  });

  it('is down immediately if the server refuses the connection', () => {
    socket.active = false;
    socket.fail();
    expect(states).toEqual(['connecting', 'down']);
  });

  it('reconnects after the server closed the connection', () => {
    socket.accept();
    socket.drop('io server disconnect');
    expect(socket.connects).toBe(2);
  });

  it('opens a new connection on request, and keeps its subscriptions', () => {
    subscribe(CHANNEL, makeSubscriber());
    socket.accept();
    socketClient.reconnect();
    socket.accept();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(socket.listChannels()).toEqual([CHANNEL, CHANNEL]);
  });

  it('does not call a removed listener', () => {
    const seen: SocketState[] = [];
    socketClient.onState((state) => seen.push(state))();
    socket.accept();
    expect(seen).toEqual(['connecting']);
  });
});

it('does nothing before it is connected', () => {
  const client = new SocketClient();
  client.disconnect();
  expect(() => client.emit('ping', {})).not.toThrow();
});
