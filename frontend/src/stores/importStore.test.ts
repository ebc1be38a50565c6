import { waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { FakeUpload, useFakeUploads } from '../test/fakeUpload';
import { makeDataset } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import { useDatasetsStore } from './datasetsStore';
import { useImportStore } from './importStore';

const store = useImportStore.getState;
const file = (name: string): File => new File(['a'], name);

beforeEach(useFakeUploads);
afterEach(() => jest.restoreAllMocks());

it('uploads files, one import at a time, and lists the dataset', async () => {
  const done = store().importFiles([file('a.txt'), file('b.txt')]);
  const upload = FakeUpload.current();
  upload.reportProgress(1, 4);
  expect(store().state).toEqual({
    kind: 'sending',
    label: 'a.txt and 1 more',
    progress: { loaded: 1, total: 4 },
  });
  await store().importFiles([file('c.txt')]);
  expect(FakeUpload.current()).toBe(upload);
  upload.answer(202, makeDataset());
  await done;
  expect(store().state).toEqual({ kind: 'idle' });
  expect(useDatasetsStore.getState().datasets).toEqual([makeDataset()]);
});

it('keeps a failure until it is dismissed', async () => {
  server.use(http.post(api('/datasets/sample'), () => problem(507, 'disk_full', 'No room.')));
  await store().loadSample();
  expect(store().state).toMatchObject({ kind: 'failed', label: 'the sample', error: { detail: 'No room.' } });
  store().dismiss();
  expect(store().state).toEqual({ kind: 'idle' });
});

it('aborts on request without a failure', async () => {
  const done = store().importFiles([file('a.txt')]);
  store().dismiss();
  await done;
  await waitFor(() => expect(store().state).toEqual({ kind: 'idle' }));
});

it('ignores the response to a sample that was dismissed, while the next upload runs', async () => {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    http.post(api('/datasets/sample'), async () => {
      await answered;
      return HttpResponse.json(makeDataset(), { status: 202 });
    }),
  );
  const sample = store().loadSample();
  store().dismiss();
  const upload = store().importFiles([file('a.txt')]);
  answer();
  await sample;
  expect(store().state).toMatchObject({ kind: 'sending', label: 'a.txt' });
  FakeUpload.current().answer(202, makeDataset());
  await upload;
  expect(store().state).toEqual({ kind: 'idle' });
});

it('loads the sample', async () => {
  await store().loadSample();
  expect(useDatasetsStore.getState().datasets.map(({ name }) => name)).toEqual(['sample']);
});
