import { http } from 'msw';

import { makeStorage } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import { useStorageStore } from './storageStore';

const store = useStorageStore.getState;

function refuse(): void {
  server.use(http.get(api('/system/storage'), () => problem(503, 'unavailable', 'Not now.')));
}

it('says why the disk is not known', async () => {
  refuse();
  await store().refreshStorage();
  expect(store().storage).toMatchObject({ kind: 'failed', error: { detail: 'Not now.' } });
});

it('keeps the last figures where new ones are not to be had', async () => {
  await store().refreshStorage();
  refuse();
  await store().refreshStorage();
  expect(store().storage).toEqual({ kind: 'loaded', value: makeStorage() });
});
