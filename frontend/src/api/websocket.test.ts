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

it('asks for a channel when it is connected, and hands on snapshot and events', () => {
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

it('restores its subscriptions after a reconnect, and takes the snapshots anew', () => {
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

it('gives no snapshot of a channel that is refused, nor one that comes too late', () => {
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

it('leaves a channel when its last subscriber goes', () => {
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

it('says nothing while it is not connected', () => {
  emit('ping', {});
  connect();
  emit('ping', {});
  socket.accept();
  emit('ping', { a: 1 });
  expect(socket.sent).toEqual([{ event: 'ping', payload: { a: 1 }, acknowledge: undefined }]);
});

describe('the state of the connection', () => {
  let states: SocketState[];
  let stop: () => void;

  beforeEach(() => {
    states = [];
    stop = socketClient.onState((state) => states.push(state));
    connect();
  });

  afterEach(() => stop());

  it('goes from the first try to connected, and back after a loss', () => {
    socket.accept();
    socket.drop();
    socket.accept();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('is down after three failed tries, and comes back', () => {
    socket.fail();
    socket.fail();
    expect(states).toEqual(['connecting']);
    socket.fail();
    socket.accept();
    expect(states).toEqual(['connecting', 'down', 'connected']);
  });

  it('is down at once where the server refuses', () => {
    socket.active = false;
    socket.fail();
    expect(states).toEqual(['connecting', 'down']);
  });

  it('connects anew where the server closed the connection', () => {
    socket.accept();
    socket.drop('io server disconnect');
    expect(socket.connects).toBe(2);
  });

  it('connects anew with another socket when it is told to, and keeps its subscriptions', () => {
    subscribe(CHANNEL, makeSubscriber());
    socket.accept();
    socketClient.reconnect();
    socket.accept();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(socket.listChannels()).toEqual([CHANNEL, CHANNEL]);
  });

  it('is told to nobody who no longer listens', () => {
    const seen: SocketState[] = [];
    socketClient.onState((state) => seen.push(state))();
    socket.accept();
    expect(seen).toEqual(['connecting']);
  });
});

it('comes with a socket of its own, which waits to be told', () => {
  const client = new SocketClient();
  client.disconnect();
  expect(() => client.emit('ping', {})).not.toThrow();
});
