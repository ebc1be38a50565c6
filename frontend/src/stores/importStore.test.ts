import { waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { FakeUpload, useFakeUploads } from '../test/fakeUpload';
import type { ImportChoices } from '../api/upload';
import { makeDataset } from '../test/fixtures';
import { makeImportFile, makeImportPlan } from '../test/importFixtures';
import { api, problem, server } from '../test/server';
import { useDatasetsStore } from './datasetsStore';
import { useImportStore } from './importStore';

const store = useImportStore.getState;
const file = (name: string): File => new File(['a'], name);
const choices = (...names: string[]): ImportChoices => ({
  name: '',
  config: null,
  textColumn: '',
  plan: names.map((name) => makeImportFile({ file: name })),
});

beforeEach(useFakeUploads);
afterEach(() => jest.restoreAllMocks());

it('uploads files, one import at a time, and lists the dataset', async () => {
  const done = store().importFiles([file('a.txt'), file('b.txt')], choices('a.txt', 'b.txt'));
  const upload = FakeUpload.current();
  upload.reportProgress(1, 4);
  expect(store().state).toEqual({
    kind: 'sending',
    label: 'a.txt and 1 more',
    progress: { loaded: 1, total: 4 },
  });
  await store().importFiles([file('c.txt')], choices('c.txt'));
  expect(FakeUpload.current()).toBe(upload);
  upload.answer(202, makeDataset());
  await done;
  expect(store().state).toEqual({ kind: 'idle' });
  expect(useDatasetsStore.getState().datasets).toEqual([makeDataset()]);
});

it('plans an import, and waits for the user', async () => {
  const files = [file('a.txt')];
  const planning = store().planImport(files);
  expect(store().state).toEqual({ kind: 'planning', label: 'a.txt' });
  await planning;
  expect(store().state).toEqual({ kind: 'planned', label: 'a.txt', files, plan: makeImportPlan() });
  store().dismiss();
  expect(store().state).toEqual({ kind: 'idle' });
});

it('asks for a config if the card declares several', async () => {
  server.use(
    http.post(api('/datasets/upload/plan'), () =>
      problem(422, 'config_required', 'Choose one.', { choices: ['en', 'de'] }),
    ),
  );
  const files = [file('a.txt')];
  await store().planImport(files);
  expect(store().state).toEqual({ kind: 'choosing_config', label: 'a.txt', files, configs: ['en', 'de'] });
  server.use(http.post(api('/datasets/upload/plan'), () => problem(422, 'no_data', 'No rows.')));
  await store().planImport(files);
  expect(store().state).toMatchObject({ kind: 'failed', error: { detail: 'No rows.' } });
});

it('keeps a failure until it is dismissed', async () => {
  server.use(http.post(api('/datasets/sample'), () => problem(507, 'disk_full', 'No room.')));
  await store().loadSample();
  expect(store().state).toMatchObject({ kind: 'failed', label: 'the sample', error: { detail: 'No room.' } });
  store().dismiss();
  expect(store().state).toEqual({ kind: 'idle' });
});

it('aborts on request without a failure', async () => {
  const done = store().importFiles([file('a.txt')], choices('a.txt'));
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
  const upload = store().importFiles([file('a.txt')], choices('a.txt'));
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
