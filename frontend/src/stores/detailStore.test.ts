import { http, HttpResponse } from 'msw';

import { makeProgress } from '../test/eventFixtures';
import { makeDetail } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import { useDetailStore } from './detailStore';

const store = useDetailStore.getState;
const getShown = () => {
  const { detail } = store();
  return detail.kind === 'loaded' ? detail.value : null;
};

function serveDetail(detail = makeDetail()): void {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(detail)));
}

it('opens a dataset', async () => {
  serveDetail();
  const done = store().open('ds_1');
  expect(store().detail.kind).toBe('loading');
  await done;
  expect(getShown()).toEqual(makeDetail());
});

it('reports why opening failed', async () => {
  server.use(http.get(api('/datasets/ds_1'), () => problem(404, 'not_found', 'No such dataset.')));
  await store().open('ds_1');
  expect(store().detail).toMatchObject({ kind: 'failed', error: { detail: 'No such dataset.' } });
});

it('ignores the response after closing or aborting', async () => {
  serveDetail();
  const done = store().open('ds_1');
  store().close();
  await done;
  expect(store()).toMatchObject({ id: null, detail: { kind: 'loading' } });
  const controller = new AbortController();
  controller.abort();
  await store().open('ds_1', controller.signal);
  expect(store().detail.kind).toBe('loading');
});

it('applies only events of the open dataset', async () => {
  serveDetail();
  await store().open('ds_1');
  store().applyEvent(makeProgress({ scope: 'index', progress: 33 }));
  expect(getShown()?.index).toEqual({ state: 'building', progress: 33 });
  const before = store().detail;
  store().applyEvent(makeProgress({ dataset_id: 'ds_2', seq: 99 }));
  store().applyEvent(makeProgress({ seq: 1 }));
  expect(store().detail).toBe(before);
});

it('applies a newer snapshot of the open dataset only', async () => {
  serveDetail();
  await store().open('ds_1');
  const take = (changes: Parameters<typeof makeDetail>[0]): void => {
    const dataset = makeDetail(changes);
    store().applySnapshot({ channel: `datasets/${dataset.id}/progress`, seq: dataset.seq, dataset });
  };
  take({ seq: 5, name: 'Old' });
  take({ id: 'ds_2', seq: 99, name: 'Other' });
  expect(getShown()?.name).toBe('TinyStories');
  take({ seq: 20, name: 'New' });
  expect(getShown()?.name).toBe('New');
});

it('reports a deleted dataset from a snapshot', async () => {
  serveDetail();
  await store().open('ds_1');
  store().applySnapshot({ channel: 'datasets/ds_1/progress', seq: 0, dataset: null });
  expect(store().detail).toMatchObject({ kind: 'failed', error: { code: 'not_found' } });
});

it('reports a deleted dataset from a list event', async () => {
  serveDetail();
  await store().open('ds_1');
  store().applyDeletion('ds_2');
  expect(store().detail.kind).toBe('loaded');
  store().applyDeletion('ds_1');
  expect(store().detail).toMatchObject({ kind: 'failed', error: { code: 'not_found' } });
});

it('refreshes the open dataset', async () => {
  await store().refresh();
  expect(store().detail.kind).toBe('loading');
  serveDetail();
  await store().open('ds_1');
  serveDetail(makeDetail({ seq: 30, name: 'Renewed' }));
  await store().refresh();
  expect(getShown()?.name).toBe('Renewed');
});
