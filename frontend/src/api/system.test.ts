import { makeStorage } from '../test/storageFixtures';
import { getRequests, respondWith } from '../test/requestLog';
import { getStorage } from './system';

it('fetches the disk’s figures', async () => {
  respondWith(makeStorage());
  expect(await getStorage(new AbortController().signal)).toEqual(makeStorage());
  await getStorage();
  expect(getRequests().map(({ path }) => path)).toEqual(['/api/system/storage', '/api/system/storage']);
});
