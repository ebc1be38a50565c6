import { makeCompleted, makeProgress } from '../test/eventFixtures';
import { makeDataset, makeDownloadingDataset, makeList } from '../test/fixtures';
import {
  applyDatasetEvent,
  applyList,
  applyListChange,
  EMPTY_STATE,
  removeDataset,
  updateListedDataset,
  upsertDataset,
} from './datasetsState';

const WORKING = { ...EMPTY_STATE, ...applyList(EMPTY_STATE, [makeList([makeDownloadingDataset()])]) };

it('replaces the list by pages', () => {
  expect(WORKING).toMatchObject({ total: 1, loaded: true, loading: false, error: null });
  expect(applyList(EMPTY_STATE, [])).toMatchObject({ datasets: [], total: 0 });
});

it('counts each added and removed dataset once', () => {
  expect(upsertDataset(WORKING, makeDownloadingDataset()).total).toBe(1);
  expect(upsertDataset(WORKING, makeDataset({ id: 'ds_2' })).total).toBe(2);
  expect(removeDataset(WORKING, 'ds_1')).toMatchObject({ datasets: [], total: 0 });
  expect(removeDataset(WORKING, 'ds_9').total).toBe(1);
});

it('does not add a dataset that is not listed', () => {
  expect(updateListedDataset(WORKING, makeDataset({ id: 'ds_9' }))).toEqual({});
  expect(updateListedDataset(WORKING, makeDataset({ seq: 11 }))).toMatchObject({
    datasets: [{ status: 'ready' }],
  });
});

it('keeps the latest progress while the job runs', () => {
  const event = makeProgress();
  const after = { ...WORKING, ...applyDatasetEvent(WORKING, event) };
  expect(after.latestProgress).toEqual({ ds_1: event });
  expect(applyDatasetEvent(after, event)).toEqual({});
  expect(applyDatasetEvent(after, makeCompleted({ seq: 12 })).latestProgress).toEqual({});
  expect(upsertDataset(after, makeDownloadingDataset({ seq: 20 })).latestProgress).toEqual({});
});

it('applies list events', () => {
  const dataset = makeDataset({ id: 'ds_2' });
  const base = { dataset_id: 'ds_2', seq: 1 };
  expect(applyListChange(WORKING, { ...base, type: 'created', dataset }).total).toBe(2);
  expect(applyListChange(WORKING, { ...base, type: 'changed', dataset })).toEqual({});
  expect(applyListChange(WORKING, { type: 'deleted', dataset_id: 'ds_1', seq: 1 }).total).toBe(0);
});
