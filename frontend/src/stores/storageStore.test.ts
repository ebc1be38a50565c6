import { http } from 'msw';

import { makeStorage } from '../test/storageFixtures';
import { api, problem, server } from '../test/server';
import { useStorageStore } from './storageStore';

const store = useStorageStore.getState;

function refuseStorage(): void {
  server.use(http.get(api('/system/storage'), () => problem(503, 'unavailable', 'Not now.')));
}

it('reports why the disk is unknown', async () => {
  refuseStorage();
  await store().refreshStorage();
  expect(store().storage).toMatchObject({ kind: 'failed', error: { detail: 'Not now.' } });
});

it('keeps the last figures if refreshing fails', async () => {
  await store().refreshStorage();
  refuseStorage();
  await store().refreshStorage();
  expect(store().storage).toEqual({ kind: 'loaded', value: makeStorage() });
});
