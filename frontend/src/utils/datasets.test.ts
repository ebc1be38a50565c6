import { makeProgress } from '../test/eventFixtures';
import { makeDataset, makeDownloadingDataset, makeFailedDataset, makeJob } from '../test/fixtures';
import { assertNever } from './assertNever';
import {
  describeCancellation,
  formatFileFormats,
  formatSource,
  getDisplayedSize,
  isCancelled,
  needsHubToken,
  toJobProgress,
} from './datasets';

describe('workView', () => {
  it('knows nothing of a dataset without work', () => {
    expect(toJobProgress(makeDataset(), undefined)).toBeNull();
  });

  it('takes the newest event before the job', () => {
    const view = toJobProgress(makeDownloadingDataset({ progress: 45.2 }), makeProgress());
    expect(view).toMatchObject({
      done: makeProgress().done,
      rate: makeProgress().rate,
      etaSeconds: 20,
      progress: 45.2,
    });
  });

  it('takes the job where there was no event yet', () => {
    expect(toJobProgress(makeDownloadingDataset(), undefined)).toMatchObject({
      done: makeJob().done,
      rate: null,
      queued: false,
    });
  });

  it('says that a new job waits for its turn', () => {
    const job = makeJob({ state: 'queued', phase: null, done: 0, total: 0 });
    const view = toJobProgress(makeDownloadingDataset({ job, progress: 0 }), undefined);
    expect(view).toMatchObject({ queued: true, notBefore: null, progress: null });
  });

  it('says when a waiting job is tried again, and why it waits', () => {
    const job = makeJob({
      state: 'queued',
      not_before: '2026-11-23T14:05:00Z',
      error_message: 'The Hub is busy.',
    });
    const view = toJobProgress(makeDownloadingDataset({ job }), undefined);
    expect(view).toMatchObject({
      queued: false,
      notBefore: '2026-11-23T14:05:00Z',
      waitingFor: 'The Hub is busy.',
    });
  });

  it('forgets the wait of a job that runs again', () => {
    const job = makeJob({ state: 'running', not_before: '2026-11-23T14:05:00Z' });
    expect(toJobProgress(makeDownloadingDataset({ job }), undefined)).toMatchObject({ notBefore: null });
  });
});

it('tells a cancelled dataset from a failed one', () => {
  expect(isCancelled(makeFailedDataset({ error_code: 'cancelled' }))).toBe(true);
  expect(isCancelled(makeFailedDataset())).toBe(false);
});

it('says from where a retry goes on', () => {
  expect(describeCancellation(45.9)).toBe('Cancelled. Retry goes on from 45 %.');
  expect(describeCancellation(0.4)).toBe('Cancelled. Retry starts it again.');
});

it.each([
  ['auth_required', true],
  ['gated', true],
  ['bad_token', true],
  ['disk_full', false],
  [null, false],
])('knows whether %s may be mended by a token', (code, expected) => {
  expect(needsHubToken(code)).toBe(expected);
});

it('shows the size of the source while there is none on disk', () => {
  expect(getDisplayedSize(makeDownloadingDataset())).toBe(500 * 1024 ** 2);
  expect(getDisplayedSize(makeDataset())).toBe(450 * 1024 ** 2);
});

it('names the source', () => {
  expect([formatSource('huggingface'), formatSource('local')]).toEqual(['HuggingFace', 'Local file']);
});

it('throws for what the types do not know', () => {
  expect(() => assertNever('surprise' as never)).toThrow('"surprise"');
});

it('names the format', () => {
  expect(['csv, json', 'webdataset', null].map(formatFileFormats)).toEqual(['CSV, JSON', 'webdataset', '—']);
});
