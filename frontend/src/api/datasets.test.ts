import { answerWith, asked } from '../test/asked';
import { aDataset, aDeletePreview, aDetail, aList, aSample, aSamplePage } from '../test/fixtures';
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

it('lists datasets with what is asked for only', async () => {
  answerWith(aList([aDataset()]));
  expect((await getDatasets({ page: 2, limit: 50, search: '' }, signal)).data).toHaveLength(1);
  await getDatasets();
  expect(asked().map(({ path }) => path)).toEqual(['/api/datasets?page=2&limit=50', '/api/datasets']);
});

it('gets one dataset', async () => {
  answerWith(aDetail());
  expect(await getDataset('ds_1', signal)).toEqual(aDetail());
  expect(asked()).toMatchObject([{ method: 'GET', path: '/api/datasets/ds_1' }]);
});

it('starts a download', async () => {
  answerWith(aDataset());
  await downloadDataset({ repo_id: 'a/b', access_token: 'hf_x' });
  const body = { repo_id: 'a/b', access_token: 'hf_x' };
  expect(asked()).toMatchObject([{ method: 'POST', path: '/api/datasets/download', body }]);
});

it('retries, with and without a token', async () => {
  answerWith(aDataset());
  await retryDataset('ds_1');
  await retryDataset('ds_1', { access_token: 'hf_x' });
  expect(asked().map(({ body }) => body)).toEqual([{}, { access_token: 'hf_x' }]);
  expect(asked()[0]).toMatchObject({ method: 'POST', path: '/api/datasets/ds_1/retry' });
});

it('cancels', async () => {
  answerWith(aDataset());
  await cancelDataset('ds_1');
  expect(asked()).toMatchObject([{ method: 'POST', path: '/api/datasets/ds_1/cancel' }]);
});

it('asks what a delete would take, then deletes', async () => {
  answerWith(aDeletePreview());
  await previewDelete('ds_1', signal);
  expect(asked()).toMatchObject([{ method: 'DELETE', path: '/api/datasets/ds_1?dry_run=true' }]);
  answerWith(null);
  await deleteDataset('ds_1');
  expect(asked()).toMatchObject([{ method: 'DELETE', path: '/api/datasets/ds_1' }]);
});

it('gets samples of one split, and one sample whole, whatever its split is called', async () => {
  answerWith(aSamplePage([aSample()]));
  await getDatasetSamples('ds_1', { split: 'train & co', page: 3, limit: 50 }, signal);
  answerWith(aSample());
  await getDatasetSample('ds_1', { split: 'train & co', row: 7 }, signal);
  expect(asked()).toMatchObject([{ path: '/api/datasets/ds_1/samples/train%20%26%20co/7' }]);
});
