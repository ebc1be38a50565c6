import '@testing-library/jest-dom';

import { cleanup, configure } from '@testing-library/react';

import { observeApi } from '../api/client';
import { useConnectionStore } from '../stores/connectionStore';
import { resetDatasetsStore } from '../stores/datasetsStore';
import { useDetailStore } from '../stores/detailStore';
import { useImportStore } from '../stores/importStore';
import { useStorageStore } from '../stores/storageStore';
import { installDialogPolyfill } from './dialogPolyfill';
import { useFakeSocket } from './fakeSocket';
import { server } from './server';

// Answers arrive at once, but a busy machine needs time to render them.
configure({ asyncUtilTimeout: 10_000 });

/** jsdom has no layout, so no observer is ever called. */
globalThis.ResizeObserver = class {
  observe = (): void => undefined;
  unobserve = (): void => undefined;
  disconnect = (): void => undefined;
};

/** jsdom scrolls nothing. */
Element.prototype.scrollIntoView = (): void => undefined;

installDialogPolyfill();

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
beforeEach(() => {
  useFakeSocket();
});
afterEach(() => {
  cleanup();
  server.resetHandlers();
  observeApi(null);
  localStorage.clear();
  window.history.replaceState(null, '', '/');
  resetDatasetsStore();
  useDetailStore.getState().close();
  useImportStore.setState({ state: { kind: 'idle' }, textColumn: '' });
  useStorageStore.setState({ storage: { kind: 'loading' } });
  useConnectionStore.setState({
    socket: 'connecting',
    apiReachable: true,
    access: 'granted',
    epoch: 0,
    reconnects: 0,
  });
});
afterAll(() => server.close());
