import { FakeUpload, useFakeUploads } from '../test/fakeUpload';
import { makeDataset } from '../test/fixtures';
import { makeImportFile } from '../test/importFixtures';
import type { ImportFile } from '../types/dataset';
import { setAccessToken } from './accessToken';
import { isAbort } from './errors';
import { type ImportChoices, uploadDataset } from './upload';

const onProgress = jest.fn();
const file = new File(['a'], 'a.txt');
const skipped = new File(['b'], 'b.bin');
const CHOICES: ImportChoices = {
  name: 'stories',
  config: null,
  textColumn: '',
  plan: [makeImportFile({ file: 'a.txt' }), makeImportFile({ file: 'b.bin', skipped: true, reason: 'No.' })],
};
const send = (signal = new AbortController().signal) =>
  uploadDataset([file, skipped], CHOICES, { onProgress, signal });

beforeEach(useFakeUploads);
afterEach(() => jest.restoreAllMocks());

it('uploads files with the access token, and reports progress', async () => {
  setAccessToken('secret');
  const done = send();
  const upload = FakeUpload.current();
  expect([upload.address, upload.headers.Authorization]).toEqual(['/api/datasets/upload', 'Bearer secret']);
  expect([...(upload.form?.keys() ?? [])]).toEqual(['name', 'plan', 'files']);
  const plan = JSON.parse(upload.form?.get('plan') as string) as ImportFile[];
  expect(plan.map(({ file: name, text_column, reason }) => [name, text_column, reason])).toEqual([
    ['a.txt', null, null],
    ['b.bin', null, 'No.'],
  ]);
  upload.reportProgress(1, 2);
  expect(onProgress).toHaveBeenCalledWith({ loaded: 1, total: 2 });
  upload.answer(202, makeDataset());
  expect(await done).toEqual(makeDataset());
});

it('reports a refusal and a server that does not answer', async () => {
  const refused = send();
  FakeUpload.current().answer(415, { status: 415, code: 'unsupported_file', detail: 'No reader.' });
  await expect(refused).rejects.toMatchObject({ code: 'unsupported_file' });
  const failure = send();
  FakeUpload.current().onerror?.();
  await expect(failure).rejects.toMatchObject({ code: 'unreachable' });
});

it('is aborted on request', async () => {
  const controller = new AbortController();
  const aborted = send(controller.signal);
  controller.abort();
  expect(isAbort(await aborted.catch((error: unknown) => error))).toBe(true);
});
