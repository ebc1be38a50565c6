import { makeDataset, makeDetail, makeList, makeSample, makeSamplePage } from '../test/fixtures';
import { makeDeletePreview } from '../test/storageFixtures';
import { getRequests, respondWith } from '../test/requestLog';
import {
  cancelDataset,
  deleteDataset,
  downloadDataset,
  getDataset,
  getDatasets,
  getDatasetSample,
  getDatasetSamples,
  previewDelete,
  retryDataset,
} from './datasets';

const signal = new AbortController().signal;

it('sends only the given filters when it lists datasets', async () => {
  respondWith(makeList([makeDataset()]));
  expect((await getDatasets({ page: 2, limit: 50, search: '' }, signal)).data).toHaveLength(1);
  await getDatasets();
  expect(getRequests().map(({ path }) => path)).toEqual(['/api/datasets?page=2&limit=50', '/api/datasets']);
});

it('fetches one dataset', async () => {
  respondWith(makeDetail());
  expect(await getDataset('ds_1', signal)).toEqual(makeDetail());
  expect(getRequests()).toMatchObject([{ method: 'GET', path: '/api/datasets/ds_1' }]);
});

it('starts a download', async () => {
  respondWith(makeDataset());
  await downloadDataset({ repo_id: 'a/b', access_token: 'hf_x' });
  const body = { repo_id: 'a/b', access_token: 'hf_x' };
  expect(getRequests()).toMatchObject([{ method: 'POST', path: '/api/datasets/download', body }]);
});

it('retries a dataset with and without a token', async () => {
  respondWith(makeDataset());
  await retryDataset('ds_1');
  await retryDataset('ds_1', { access_token: 'hf_x' });
  expect(getRequests().map(({ body }) => body)).toEqual([{}, { access_token: 'hf_x' }]);
  expect(getRequests()[0]).toMatchObject({ method: 'POST', path: '/api/datasets/ds_1/retry' });
});

it('cancels a dataset', async () => {
  respondWith(makeDataset());
  await cancelDataset('ds_1');
  expect(getRequests()).toMatchObject([{ method: 'POST', path: '/api/datasets/ds_1/cancel' }]);
});

it('previews a deletion, then deletes', async () => {
  respondWith(makeDeletePreview());
  await previewDelete('ds_1', signal);
  expect(getRequests()).toMatchObject([{ method: 'DELETE', path: '/api/datasets/ds_1?dry_run=true' }]);
  respondWith(null);
  await deleteDataset('ds_1');
  expect(getRequests()).toMatchObject([{ method: 'DELETE', path: '/api/datasets/ds_1' }]);
});

it('fetches the samples of a split and one full sample, whatever the split’s name', async () => {
  respondWith(makeSamplePage([makeSample()]));
  await getDatasetSamples('ds_1', { split: 'train & co', page: 3, limit: 50 }, signal);
  respondWith(makeSample());
  await getDatasetSample('ds_1', { split: 'train & co', row: 7 }, signal);
  expect(getRequests()).toMatchObject([{ path: '/api/datasets/ds_1/samples/train%20%26%20co/7' }]);
});
