import { aProgress } from '../test/eventFixtures';
import { aDataset, aDownloadingDataset, aFailedDataset, aJob } from '../test/fixtures';
import { assertNever } from './assertNever';
import {
  cancelledMessage,
  displayedSize,
  formatLabel,
  isCancelled,
  needsHubToken,
  sourceLabel,
  workView,
} from './datasets';

describe('workView', () => {
  it('knows nothing of a dataset without work', () => {
    expect(workView(aDataset(), undefined)).toBeNull();
  });

  it('takes the newest event before the job', () => {
    const view = workView(aDownloadingDataset({ progress: 45.2 }), aProgress());
    expect(view).toMatchObject({
      done: aProgress().done,
      rate: aProgress().rate,
      etaSeconds: 20,
      progress: 45.2,
    });
  });

  it('takes the job where there was no event yet', () => {
    expect(workView(aDownloadingDataset(), undefined)).toMatchObject({
      done: aJob().done,
      rate: null,
      queued: false,
    });
  });

  it('says that a new job waits for its turn', () => {
    const job = aJob({ state: 'queued', phase: null, done: 0, total: 0 });
    const view = workView(aDownloadingDataset({ job, progress: 0 }), undefined);
    expect(view).toMatchObject({ queued: true, notBefore: null, progress: null });
  });

  it('says when a waiting job is tried again, and why it waits', () => {
    const job = aJob({
      state: 'queued',
      not_before: '2026-11-23T14:05:00Z',
      error_message: 'The Hub is busy.',
    });
    const view = workView(aDownloadingDataset({ job }), undefined);
    expect(view).toMatchObject({
      queued: false,
      notBefore: '2026-11-23T14:05:00Z',
      waitingFor: 'The Hub is busy.',
    });
  });

  it('forgets the wait of a job that runs again', () => {
    const job = aJob({ state: 'running', not_before: '2026-11-23T14:05:00Z' });
    expect(workView(aDownloadingDataset({ job }), undefined)).toMatchObject({ notBefore: null });
  });
});

it('tells a cancelled dataset from a failed one', () => {
  expect(isCancelled(aFailedDataset({ error_code: 'cancelled' }))).toBe(true);
  expect(isCancelled(aFailedDataset())).toBe(false);
});

it('says from where a retry goes on', () => {
  expect(cancelledMessage(45.9)).toBe('Cancelled. Retry goes on from 45 %.');
  expect(cancelledMessage(0.4)).toBe('Cancelled. Retry starts it again.');
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
  expect(displayedSize(aDownloadingDataset())).toBe(500 * 1024 ** 2);
  expect(displayedSize(aDataset())).toBe(450 * 1024 ** 2);
});

it('names the source', () => {
  expect([sourceLabel('huggingface'), sourceLabel('local')]).toEqual(['HuggingFace', 'Local file']);
});

it('throws for what the types do not know', () => {
  expect(() => assertNever('surprise' as never)).toThrow('"surprise"');
});

it('names the format', () => {
  expect(['csv, json', 'webdataset', null].map(formatLabel)).toEqual(['CSV, JSON', 'webdataset', '—']);
});
