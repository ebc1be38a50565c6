import { waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeCompleted, makeError, makeProgress } from '../test/eventFixtures';
import { makeDataset, makeDownloadingDataset, makeList } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import type { Dataset } from '../types/dataset';
import { LIST_LIMIT, selectList, useDatasetsStore } from './datasetsStore';

const store = useDatasetsStore.getState;
const ids = (): string[] => store().datasets.map(({ id }) => id);

/** Return `count` datasets, newest first. */
function makeDatasets(count: number): Dataset[] {
  return Array.from({ length: count }, (_, index) =>
    makeDataset({
      id: `ds_${index}`,
      created_at: new Date(Date.UTC(2026, 0, 1) - index * 1000).toISOString(),
    }),
  );
}

function serveDatasets(datasets: Dataset[]): void {
  server.use(
    http.get(api('/datasets'), ({ request }) => {
      const page = Number(new URL(request.url).searchParams.get('page'));
      const data = datasets.slice((page - 1) * LIST_LIMIT, page * LIST_LIMIT);
      return HttpResponse.json(makeList(data, datasets.length));
    }),
  );
}

async function load(...datasets: Dataset[]): Promise<void> {
  serveDatasets(datasets);
  await store().fetchDatasets();
}

describe('loading the list', () => {
  it('is loading, then loaded', async () => {
    serveDatasets([makeDataset()]);
    expect(selectList(store())).toEqual({ kind: 'loading' });
    const done = store().fetchDatasets();
    expect(store().loading).toBe(true);
    await done;
    expect(selectList(store())).toEqual({ kind: 'loaded', value: [makeDataset()] });
    expect(store()).toMatchObject({ loading: false, error: null, total: 1 });
  });

  it('reports why loading failed, and recovers', async () => {
    server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.')));
    await store().fetchDatasets();
    expect(selectList(store())).toMatchObject({ kind: 'failed', error: { detail: 'Not now.' } });
    await load(makeDataset());
    expect(selectList(store()).kind).toBe('loaded');
  });

  it('is ordered newest first', async () => {
    const [newest, middle, oldest] = makeDatasets(3);
    await load(...[oldest, newest, middle].flatMap((dataset) => dataset ?? []));
    expect(ids()).toEqual(['ds_0', 'ds_1', 'ds_2']);
  });

  it('keeps a record that is newer than the response', async () => {
    await load(makeDownloadingDataset({ seq: 10 }));
    store().applyEvent(makeProgress({ seq: 12, progress: 60 }));
    await load(makeDownloadingDataset({ seq: 11, progress: 50 }));
    expect(store().datasets[0]).toMatchObject({ seq: 12, progress: 60 });
  });
});

it('loads the list again if it changed meanwhile', async () => {
  let count = 0;
  server.use(
    http.get(api('/datasets'), () => {
      count += 1;
      const dataset = makeDataset({ id: 'ds_2' });
      if (count === 1) store().applyListEvent({ type: 'created', dataset_id: 'ds_2', seq: 1, dataset });
      return HttpResponse.json(makeList(count === 1 ? [] : [dataset]));
    }),
  );
  await store().fetchDatasets();
  expect([count, ids()]).toEqual([2, ['ds_2']]);
});

describe('further pages', () => {
  it('are loaded on request, without duplicates', async () => {
    const all = makeDatasets(120);
    await load(...all);
    expect(store()).toMatchObject({ total: 120, datasets: { length: 50 } });
    store().applyListEvent({
      type: 'created',
      dataset_id: 'new',
      seq: 1,
      dataset: makeDataset({ id: 'new' }),
    });
    serveDatasets([makeDataset({ id: 'new' }), ...all]);
    await store().fetchMoreDatasets();
    expect(new Set(ids()).size).toBe(100);
    expect(ids()[0]).toBe('new');
  });

  it('have no gap after a deletion', async () => {
    const all = makeDatasets(100);
    await load(...all);
    store().applyListEvent({ type: 'deleted', dataset_id: 'ds_3', seq: 1 });
    serveDatasets(all.filter(({ id }) => id !== 'ds_3'));
    await store().fetchMoreDatasets();
    await store().fetchMoreDatasets();
    expect(ids()).toHaveLength(99);
  });

  it('report why loading failed, and keep the list', async () => {
    await load(...makeDatasets(60));
    server.use(http.get(api('/datasets'), () => problem(503, 'unavailable', 'Not now.')));
    await store().fetchMoreDatasets();
    expect(store()).toMatchObject({
      loading: false,
      error: { detail: 'Not now.' },
      datasets: { length: 50 },
    });
    expect(selectList(store()).kind).toBe('loaded');
  });

  it('are all reloaded after a snapshot, which has only the first', async () => {
    const all = makeDatasets(60);
    await load(...all);
    await store().fetchMoreDatasets();
    store().applyListSnapshot({ channel: 'datasets', list: makeList(all.slice(0, 50), 60) });
    expect(store().loading).toBe(true);
    await waitFor(() => expect(store().loading).toBe(false));
    expect(ids()).toHaveLength(60);
  });
});

describe('requests', () => {
  it('adds a new download to the list', async () => {
    await load();
    server.use(
      http.post(api('/datasets/download'), () =>
        HttpResponse.json(makeDownloadingDataset(), { status: 202 }),
      ),
    );
    await store().downloadDataset({ repo_id: 'a/b' });
    expect(store()).toMatchObject({ total: 1, datasets: [{ status: 'downloading' }] });
  });

  it('throws a refusal', async () => {
    server.use(http.post(api('/datasets/download'), () => problem(409, 'exists', 'There already.')));
    await expect(store().downloadDataset({ repo_id: 'a/b' })).rejects.toMatchObject({ code: 'exists' });
  });

  it('retries, cancels and deletes', async () => {
    await load(makeDataset());
    server.use(
      http.post(api('/datasets/ds_1/retry'), () => HttpResponse.json(makeDownloadingDataset({ seq: 11 }))),
      http.post(api('/datasets/ds_1/cancel'), () =>
        HttpResponse.json(makeDataset({ seq: 12, status: 'error', error_code: 'cancelled' })),
      ),
      http.delete(api('/datasets/ds_1'), () => new HttpResponse(null, { status: 204 })),
    );
    await store().retryDataset('ds_1');
    expect(store().datasets[0]?.status).toBe('downloading');
    await store().cancelDataset('ds_1');
    expect(store().datasets[0]?.status).toBe('error');
    await store().deleteDataset('ds_1');
    expect(store()).toMatchObject({ total: 0, datasets: [] });
  });
});

describe('events', () => {
  beforeEach(() => load(makeDownloadingDataset()));

  it('keep the rate of a running job', () => {
    store().updateDatasetProgress(makeProgress());
    expect(store().datasets[0]?.progress).toBe(45.2);
    expect(store().latestProgress.ds_1).toEqual(makeProgress());
  });

  it.each([makeCompleted({ seq: 12 }), makeError({ seq: 12 })])('forget it at the end: $type', (event) => {
    store().applyEvent(makeProgress());
    store().updateDatasetStatus(event);
    expect(store().datasets[0]?.status).toBe(event.type === 'completed' ? 'ready' : 'error');
    expect(store().latestProgress).toEqual({});
  });

  it('are ignored if they are old', () => {
    const before = store().datasets;
    store().applyEvent(makeProgress({ seq: 3 }));
    expect(store().datasets).toBe(before);
  });

  it('of a tokenization set no rate', () => {
    store().applyEvent(makeProgress({ scope: 'tokenization', tokenization_id: 'tok_1' }));
    expect(store().latestProgress).toEqual({});
  });
});

describe('list events', () => {
  it('add, change and remove datasets', async () => {
    await load(makeDataset());
    const created = makeDataset({ id: 'ds_2', created_at: '2026-11-24T00:00:00Z' });
    store().applyListEvent({ type: 'created', dataset_id: 'ds_2', seq: 1, dataset: created });
    expect(ids()).toEqual(['ds_2', 'ds_1']);
    store().applyListEvent({
      type: 'changed',
      dataset_id: 'ds_1',
      seq: 11,
      dataset: makeDataset({ seq: 11, name: 'New' }),
    });
    expect(store().datasets[1]?.name).toBe('New');
    store().applyListEvent({ type: 'deleted', dataset_id: 'ds_1', seq: 12 });
    expect(ids()).toEqual(['ds_2']);
    expect(store().total).toBe(1);
  });

  it('do not add a changed dataset that is not listed', async () => {
    await load();
    store().applyListEvent({ type: 'changed', dataset_id: 'ds_1', seq: 1, dataset: makeDataset() });
    expect(ids()).toEqual([]);
  });
});

describe('snapshots', () => {
  it('of the list replace it', async () => {
    await load(makeDataset(), makeDataset({ id: 'gone' }));
    store().applyListSnapshot({ channel: 'datasets', list: makeList([makeDataset()]) });
    expect(ids()).toEqual(['ds_1']);
  });

  it('of a dataset replace its record and older progress', async () => {
    await load(makeDownloadingDataset());
    store().applyEvent(makeProgress());
    const dataset = {
      ...makeDownloadingDataset({ seq: 20, progress: 70 }),
      columns: [],
      jobs: [],
      tokenizations: [],
      usage: [],
    };
    store().applySnapshot({ channel: 'datasets/ds_1/progress', seq: 20, dataset });
    expect(store().datasets[0]?.progress).toBe(70);
    expect(store().latestProgress).toEqual({});
  });

  it('of a deleted dataset remove it', async () => {
    await load(makeDataset());
    store().applySnapshot({ channel: 'datasets/ds_1/progress', seq: 0, dataset: null });
    expect(ids()).toEqual([]);
  });
});
