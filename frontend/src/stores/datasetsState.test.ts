import { aCompleted, aProgress } from '../test/eventFixtures';
import { aDataset, aDownloadingDataset, aList } from '../test/fixtures';
import {
  afterEvent,
  afterListEvent,
  EMPTY,
  withDataset,
  withKnown,
  withList,
  without,
} from './datasetsState';

const WORKING = { ...EMPTY, ...withList(EMPTY, [aList([aDownloadingDataset()])]) };

it('takes pages as the whole list', () => {
  expect(WORKING).toMatchObject({ total: 1, loaded: true, loading: false, error: null });
  expect(withList(EMPTY, [])).toMatchObject({ datasets: [], total: 0 });
});

it('counts what comes and goes once', () => {
  expect(withDataset(WORKING, aDownloadingDataset()).total).toBe(1);
  expect(withDataset(WORKING, aDataset({ id: 'ds_2' })).total).toBe(2);
  expect(without(WORKING, 'ds_1')).toMatchObject({ datasets: [], total: 0 });
  expect(without(WORKING, 'ds_9').total).toBe(1);
});

it('puts nothing into the list that is not listed', () => {
  expect(withKnown(WORKING, aDataset({ id: 'ds_9' }))).toEqual({});
  expect(withKnown(WORKING, aDataset({ seq: 11 }))).toMatchObject({ datasets: [{ status: 'ready' }] });
});

it('keeps the newest progress for as long as the work goes on', () => {
  const event = aProgress();
  const after = { ...WORKING, ...afterEvent(WORKING, event) };
  expect(after.live).toEqual({ ds_1: event });
  expect(afterEvent(after, event)).toEqual({});
  expect(afterEvent(after, aCompleted({ seq: 12 })).live).toEqual({});
  expect(withDataset(after, aDownloadingDataset({ seq: 20 })).live).toEqual({});
});

it('follows the list', () => {
  const dataset = aDataset({ id: 'ds_2' });
  const base = { dataset_id: 'ds_2', seq: 1 };
  expect(afterListEvent(WORKING, { ...base, type: 'created', dataset }).total).toBe(2);
  expect(afterListEvent(WORKING, { ...base, type: 'changed', dataset })).toEqual({});
  expect(afterListEvent(WORKING, { type: 'deleted', dataset_id: 'ds_1', seq: 1 }).total).toBe(0);
});
