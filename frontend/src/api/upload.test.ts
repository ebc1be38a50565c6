import { FakeUpload, useFakeUploads } from '../test/fakeUpload';
import { makeDataset } from '../test/fixtures';
import { setAccessToken } from './accessToken';
import { isAbort } from './errors';
import { uploadDataset } from './upload';

const onProgress = jest.fn();
const file = new File(['a'], 'a.txt');
const send = (signal = new AbortController().signal) => uploadDataset([file], { onProgress, signal });

beforeEach(useFakeUploads);
afterEach(() => jest.restoreAllMocks());

it('uploads files with the access token, and reports progress', async () => {
  setAccessToken('secret');
  const done = send();
  const upload = FakeUpload.current();
  expect([upload.address, upload.headers.Authorization]).toEqual(['/api/datasets/upload', 'Bearer secret']);
  expect(upload.form?.getAll('files')).toHaveLength(1);
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
