import { makeDataset } from '../test/fixtures';
import { mergeDatasets, pickNewer, replaceDatasets } from './datasetList';

const OLD = makeDataset({ id: 'ds_1', created_at: '2026-01-01T00:00:00Z', seq: 5 });
const YOUNG = makeDataset({ id: 'ds_2', created_at: '2026-01-02T00:00:00Z' });

it('merges datasets, newest first, without duplicates', () => {
  const changed = { ...OLD, seq: 6, name: 'Renamed' };
  expect(mergeDatasets([OLD], [YOUNG, changed])).toEqual([YOUNG, changed]);
});

it('orders datasets of the same time by id', () => {
  const sameTime = { ...OLD, id: 'ds_0' };
  expect(mergeDatasets([OLD], [sameTime])).toEqual([sameTime, OLD]);
});

it('replaces the list, but keeps newer records', () => {
  expect(replaceDatasets([OLD, YOUNG], [{ ...OLD, seq: 4, name: 'Stale' }])).toEqual([OLD]);
});

it('picks the newer version', () => {
  expect([pickNewer(undefined, OLD), pickNewer({ ...OLD, seq: 9 }, OLD).seq, pickNewer(OLD, OLD)]).toEqual([
    OLD,
    9,
    OLD,
  ]);
});
