import { makeHubDataset } from '../test/storageFixtures';
import { getRequests, respondWith } from '../test/requestLog';
import { getHubDataset } from './hub';

it('sends the Hub token in a header, never in the address', async () => {
  respondWith(makeHubDataset());
  const { signal } = new AbortController();
  await getHubDataset({ repoId: 'a/b', config: 'en', revision: 'refs/pr/1', token: 'hf_x' }, signal);
  await getHubDataset({ repoId: 'a/b', config: '', token: '' });
  expect(getRequests().map(({ path, hubToken }) => [path, hubToken])).toEqual([
    ['/api/hub/datasets/a/b?config=en&revision=refs%2Fpr%2F1', 'hf_x'],
    ['/api/hub/datasets/a/b', null],
  ]);
});
