import { makeCompleted, makeError, makeProgress } from '../test/eventFixtures';
import { makeDataset, makeDetail, makeDownloadingDataset, makeTokenization } from '../test/fixtures';
import type { Dataset } from '../types/dataset';
import type { DatasetEvent } from '../types/events';
import { reduceDataset, reduceDetail } from './datasetReducer';

describe('ignored events', () => {
  it.each([9, 10])('ignores event %d for a record at 10', (seq) => {
    const record = makeDownloadingDataset({ seq: 10 });
    expect(reduceDataset(record, makeProgress({ seq }))).toBe(record);
  });

  it('ignores an event of another dataset', () => {
    const record = makeDownloadingDataset();
    expect(reduceDataset(record, makeProgress({ dataset_id: 'ds_2' }))).toBe(record);
  });
});

describe('scope dataset', () => {
  it('applies progress to the record and its job', () => {
    const next = reduceDataset(
      makeDownloadingDataset({ error_message: 'old' }),
      makeProgress({ status: 'processing' }),
    );
    expect(next).toMatchObject({ status: 'processing', progress: 45.2, seq: 11, error_message: null });
    expect(next.job).toMatchObject({ done: makeProgress().done, state: 'running' });
  });

  it('marks a waiting job as queued', () => {
    const next = reduceDataset(
      makeDownloadingDataset(),
      makeProgress({ not_before: '2026-11-23T14:05:00Z' }),
    );
    expect(next.job).toMatchObject({ state: 'queued', not_before: '2026-11-23T14:05:00Z' });
  });

  it('does not change the job of another attempt', () => {
    const record = makeDownloadingDataset();
    expect(reduceDataset(record, makeProgress({ job_id: 'job_2' })).job).toBe(record.job);
    expect(reduceDataset({ ...record, job: null }, makeProgress()).job).toBeNull();
  });

  it('keeps the status if the event’s is no dataset status', () => {
    expect(reduceDataset(makeDownloadingDataset(), makeProgress({ status: 'queued' })).status).toBe(
      'downloading',
    );
  });

  it('becomes ready with its figures', () => {
    const next = reduceDataset(
      makeDownloadingDataset({ num_tokens: 7 }),
      makeCompleted({ num_samples: 5, size_bytes: 6 }),
    );
    expect(next).toMatchObject({
      status: 'ready',
      progress: 100,
      num_samples: 5,
      num_tokens: 7,
      size_bytes: 6,
      job: null,
    });
  });

  it('becomes an error with its reason, and keeps the progress', () => {
    const next = reduceDataset(
      makeDownloadingDataset(),
      makeError({ code: 'cancelled', error: 'Cancelled.' }),
    );
    expect(next).toMatchObject({
      status: 'error',
      error_code: 'cancelled',
      error_message: 'Cancelled.',
      progress: 45.2,
      job: null,
    });
  });
});

const OTHER_SCOPES = ['tokenization', 'index'] as const;
const EVENTS: ((scope: (typeof OTHER_SCOPES)[number]) => DatasetEvent)[] = [
  (scope) => makeProgress({ scope, tokenization_id: 'tok_1' }),
  (scope) => makeCompleted({ scope, tokenization_id: 'tok_1' }),
  (scope) => makeError({ scope, tokenization_id: 'tok_1' }),
];

describe.each(OTHER_SCOPES)('scope %s', (scope) => {
  it.each(EVENTS.map((event) => event(scope)))('never touches the dataset’s own data: $type', (event) => {
    const ready = makeDataset();
    const pickOwnData = ({ seq, index, ...ownData }: Dataset): object => ownData;
    expect(pickOwnData(reduceDataset(ready, event))).toEqual(pickOwnData(ready));
    expect(reduceDataset(ready, event).seq).toBe(11);
  });
});

it.each([
  [makeProgress({ scope: 'index', progress: 30 }), { state: 'building', progress: 30 }],
  [makeCompleted({ scope: 'index' }), { state: 'ready', progress: 100 }],
  [makeError({ scope: 'index', progress: 30 }), { state: 'error', progress: 30 }],
])('updates the index: $type', (event, index) => {
  expect(reduceDataset(makeDataset(), event).index).toEqual(index);
});

describe('tokenizations of a detail', () => {
  const detail = makeDetail({ tokenizations: [makeTokenization(), makeTokenization({ id: 'tok_2' })] });

  it.each([
    [makeProgress({ progress: 50, status: 'processing' }), { status: 'processing', progress: 50 }],
    [makeCompleted({ num_tokens: 9 }), { status: 'ready', num_tokens: 9 }],
    [
      makeError({ status: 'cancelled', code: 'cancelled', error: 'Stop.' }),
      { status: 'cancelled', error_code: 'cancelled' },
    ],
    [makeProgress({ status: 'downloading' }), { status: 'processing' }],
  ])('changes the tokenization of the event: $type', (event, changes) => {
    const next = reduceDetail(detail, { ...event, scope: 'tokenization', tokenization_id: 'tok_1' });
    expect(next.tokenizations[0]).toMatchObject(changes);
    expect(next.tokenizations[1]).toBe(detail.tokenizations[1]);
  });

  it('does not change tokenizations for other scopes', () => {
    expect(reduceDetail(detail, makeProgress()).tokenizations).toBe(detail.tokenizations);
    expect(reduceDetail(detail, makeProgress({ seq: 1 }))).toBe(detail);
  });
});

describe('values outside the generated types', () => {
  it.each<Partial<Record<keyof DatasetEvent, string>>>([
    { scope: 'surprise' },
    { type: 'surprise' },
    { type: 'surprise', scope: 'index' },
  ])('throws instead of ignoring %j', (changes) => {
    // A newer server may send what these types exclude.
    const event = { ...makeProgress(), ...changes } as DatasetEvent;
    expect(() => reduceDataset(makeDownloadingDataset(), event)).toThrow('Unexpected');
  });

  it('throws for a tokenization, too', () => {
    const event = { ...makeProgress({ scope: 'tokenization', tokenization_id: 'tok_1' }), type: 'surprise' };
    const detail = makeDetail({ tokenizations: [makeTokenization()] });
    expect(() => reduceDetail(detail, event as unknown as DatasetEvent)).toThrow('Unexpected');
  });
});
