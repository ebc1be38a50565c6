import { http, HttpResponse } from 'msw';

import { makeProgress } from '../test/eventFixtures';
import { makeDetail } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import { useDetailStore } from './detailStore';

const store = useDetailStore.getState;
const shown = () => {
  const { detail } = store();
  return detail.kind === 'loaded' ? detail.value : null;
};

function serve(detail = makeDetail()): void {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(detail)));
}

it('opens a dataset', async () => {
  serve();
  const done = store().open('ds_1');
  expect(store().detail.kind).toBe('loading');
  await done;
  expect(shown()).toEqual(makeDetail());
});

it('says why there is nothing to open', async () => {
  server.use(http.get(api('/datasets/ds_1'), () => problem(404, 'not_found', 'No such dataset.')));
  await store().open('ds_1');
  expect(store().detail).toMatchObject({ kind: 'failed', error: { detail: 'No such dataset.' } });
});

it('drops an answer for what has been closed, or given up', async () => {
  serve();
  const done = store().open('ds_1');
  store().close();
  await done;
  expect(store()).toMatchObject({ id: null, detail: { kind: 'loading' } });
  const controller = new AbortController();
  controller.abort();
  await store().open('ds_1', controller.signal);
  expect(store().detail.kind).toBe('loading');
});

it('follows the events of the dataset that is shown only', async () => {
  serve();
  await store().open('ds_1');
  store().applyEvent(makeProgress({ scope: 'index', progress: 33 }));
  expect(shown()?.index).toEqual({ state: 'building', progress: 33 });
  const before = store().detail;
  store().applyEvent(makeProgress({ dataset_id: 'ds_2', seq: 99 }));
  store().applyEvent(makeProgress({ seq: 1 }));
  expect(store().detail).toBe(before);
});

it('takes a snapshot that is newer, and none of another dataset', async () => {
  serve();
  await store().open('ds_1');
  const take = (changes: Parameters<typeof makeDetail>[0]): void => {
    const dataset = makeDetail(changes);
    store().applySnapshot({ channel: `datasets/${dataset.id}/progress`, seq: dataset.seq, dataset });
  };
  take({ seq: 5, name: 'Old' });
  take({ id: 'ds_2', seq: 99, name: 'Other' });
  expect(shown()?.name).toBe('TinyStories');
  take({ seq: 20, name: 'New' });
  expect(shown()?.name).toBe('New');
});

it('says that the dataset has gone', async () => {
  serve();
  await store().open('ds_1');
  store().applySnapshot({ channel: 'datasets/ds_1/progress', seq: 0, dataset: null });
  expect(store().detail).toMatchObject({ kind: 'failed', error: { code: 'not_found' } });
});

it('says so, too, where the list hears that it has been deleted', async () => {
  serve();
  await store().open('ds_1');
  store().applyDeletion('ds_2');
  expect(store().detail.kind).toBe('loaded');
  store().applyDeletion('ds_1');
  expect(store().detail).toMatchObject({ kind: 'failed', error: { code: 'not_found' } });
});

it('asks anew, where something is open', async () => {
  await store().refresh();
  expect(store().detail.kind).toBe('loading');
  serve();
  await store().open('ds_1');
  serve(makeDetail({ seq: 30, name: 'Renewed' }));
  await store().refresh();
  expect(shown()?.name).toBe('Renewed');
});
