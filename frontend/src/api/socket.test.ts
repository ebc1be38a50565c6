import { createSocket } from './socket';

it('creates a socket that waits for connect', () => {
  const socket = createSocket();
  expect(socket).toMatchObject({ connected: false, active: false });
  socket.disconnect();
});
