import { render, screen } from '@testing-library/react';

import { aProgress } from '../../../test/eventFixtures';
import { aDownloadingDataset, aJob } from '../../../test/fixtures';
import type { Dataset } from '../../../types/dataset';
import type { ProgressEvent } from '../../../types/events';
import { DatasetCardProgress } from './DatasetCardProgress';

function show(dataset: Dataset, live?: ProgressEvent): void {
  render(<DatasetCardProgress dataset={dataset} live={live} />);
}

it('shows amount, rate and time left', () => {
  show(aDownloadingDataset({ progress: 45.2 }), aProgress());
  expect(screen.getByText('Downloading • 225.0 MB of 450.0 MB • 12.0 MB/s • 20 s left')).toBeInTheDocument();
  expect(screen.getByRole('progressbar', { name: 'Progress of TinyStories' })).toHaveAttribute(
    'aria-valuenow',
    '45.2',
  );
});

it('counts rows', () => {
  const work = { phase: 'ingest', unit: 'rows', done: 1200, total: 2100 } as const;
  show(aDownloadingDataset({ status: 'processing', job: aJob(work) }));
  expect(screen.getByText('Reading • 1,200 of 2,100 rows')).toBeInTheDocument();
});

it('shows what is done where the total is not known', () => {
  show(aDownloadingDataset({ progress: 0, job: aJob({ total: 0, done: 2048, phase: 'plan' }) }));
  expect(screen.getByText('Planning • 2.0 KB')).toBeInTheDocument();
  expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
});

it('says why it waits, and when it is tried again', () => {
  const not_before = new Date(2026, 10, 23, 14, 5).toISOString();
  const job = aJob({ state: 'queued', not_before, error_message: 'The Hub is busy.' });
  show(aDownloadingDataset({ job }));
  const text = 'The Hub is busy. Tried again at 14:05 (try 1 of 3 did not go through).';
  expect(screen.getByText(text)).toBeInTheDocument();
});

it('says when it is tried again though nothing says why it waits', () => {
  show(
    aDownloadingDataset({ job: null }),
    aProgress({ not_before: new Date(2026, 10, 23, 14, 5).toISOString() }),
  );
  expect(screen.getByText('Tried again at 14:05.')).toBeInTheDocument();
});

it('waits for its turn', () => {
  show(aDownloadingDataset({ job: aJob({ state: 'queued', phase: null }) }));
  expect(screen.getByText('Waiting for its turn.')).toBeInTheDocument();
});

it('shows how far it is where nothing else is known', () => {
  show(aDownloadingDataset({ job: null }));
  expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '40');
});
