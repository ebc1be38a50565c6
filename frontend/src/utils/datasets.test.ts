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

describe('toJobProgress', () => {
  it('returns null for a dataset without a job', () => {
    expect(toJobProgress(makeDataset(), undefined)).toBeNull();
  });

  it('prefers the latest event to the job', () => {
    const view = toJobProgress(makeDownloadingDataset({ progress: 45.2 }), makeProgress());
    expect(view).toMatchObject({
      done: makeProgress().done,
      rate: makeProgress().rate,
      etaSeconds: 20,
      progress: 45.2,
    });
  });

  it('uses the job if there is no event yet', () => {
    expect(toJobProgress(makeDownloadingDataset(), undefined)).toMatchObject({
      done: makeJob().done,
      rate: null,
      queued: false,
    });
  });

  it('marks a new job as queued', () => {
    const job = makeJob({ state: 'queued', phase: null, done: 0, total: 0 });
    const view = toJobProgress(makeDownloadingDataset({ job, progress: 0 }), undefined);
    expect(view).toMatchObject({ queued: true, notBefore: null, progress: 0 });
  });

  it('ignores an event of an earlier job', () => {
    const job = makeJob({ id: 'job_2', state: 'queued', phase: null, done: 0, total: 0 });
    const event = makeProgress({ job_id: 'job_1', progress: 100 });
    expect(toJobProgress(makeDownloadingDataset({ job, progress: 0 }), event)).toMatchObject({
      queued: true,
      phase: null,
      progress: 0,
    });
  });

  it('includes when a waiting job retries, and why it waits', () => {
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

  it('clears the waiting time of a running job', () => {
    const job = makeJob({ state: 'running', not_before: '2026-11-23T14:05:00Z' });
    expect(toJobProgress(makeDownloadingDataset({ job }), undefined)).toMatchObject({ notBefore: null });
  });
});

it('distinguishes a cancelled dataset from a failed one', () => {
  expect(isCancelled(makeFailedDataset({ error_code: 'cancelled' }))).toBe(true);
  expect(isCancelled(makeFailedDataset())).toBe(false);
});

it('describes from where a retry continues', () => {
  expect(describeCancellation(45.9)).toBe('Cancelled. Retry continues from 45%.');
  expect(describeCancellation(0.4)).toBe('Cancelled. Retry starts from the beginning.');
});

it.each([
  ['auth_required', true],
  ['gated', true],
  ['bad_token', true],
  ['disk_full', false],
  [null, false],
])('tells whether a token may resolve %s', (code, expected) => {
  expect(needsHubToken(code)).toBe(expected);
});

it('uses the source’s size until there is one on disk', () => {
  expect(getDisplayedSize(makeDownloadingDataset())).toBe(500 * 1024 ** 2);
  expect(getDisplayedSize(makeDataset())).toBe(450 * 1024 ** 2);
});

it('names the source', () => {
  expect([formatSource('huggingface'), formatSource('local')]).toEqual(['HuggingFace', 'Local file']);
});

it('throws for an unknown value', () => {
  expect(() => assertNever('surprise' as never)).toThrow('"surprise"');
});

it('names the formats', () => {
  expect(['csv, json', 'webdataset', null].map(formatFileFormats)).toEqual(['CSV, JSON', 'webdataset', '—']);
});
