import { render, screen } from '@testing-library/react';

import { makeProgress } from '../../../test/eventFixtures';
import { makeDownloadingDataset, makeJob } from '../../../test/fixtures';
import type { Dataset } from '../../../types/dataset';
import type { ProgressEvent } from '../../../types/events';
import { DatasetCardProgress } from './DatasetCardProgress';

function renderDatasetCardProgress(dataset: Dataset, event?: ProgressEvent): void {
  render(<DatasetCardProgress dataset={dataset} event={event} />);
}

it('shows amount, rate and time left', () => {
  renderDatasetCardProgress(makeDownloadingDataset({ progress: 45.2 }), makeProgress());
  expect(screen.getByText('Downloading • 225.0 MB of 450.0 MB • 12.0 MB/s • 20 s left')).toBeInTheDocument();
  expect(screen.getByRole('progressbar', { name: 'Progress of TinyStories' })).toHaveAttribute(
    'aria-valuenow',
    '45.2',
  );
  expect(screen.getByText('45.2%').parentElement).toHaveTextContent('45.2% overall');
});

it('counts rows', () => {
  const progress = { phase: 'ingest', unit: 'rows', done: 1200, total: 2100 } as const;
  renderDatasetCardProgress(makeDownloadingDataset({ status: 'processing', job: makeJob(progress) }));
  expect(screen.getByText('Reading • 1,200 of 2,100 rows')).toBeInTheDocument();
});

it('shows the amount if the total is unknown', () => {
  renderDatasetCardProgress(
    makeDownloadingDataset({ progress: 0, job: makeJob({ total: 0, done: 2048, phase: 'plan' }) }),
  );
  expect(screen.getByText('Planning • 2.0 KB')).toBeInTheDocument();
  expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
});

it('shows why it waits and when it retries', () => {
  const not_before = new Date(2026, 10, 23, 14, 5).toISOString();
  const job = makeJob({ state: 'queued', not_before, error_message: 'The Hub is busy.' });
  renderDatasetCardProgress(makeDownloadingDataset({ job }));
  const text = 'The Hub is busy. Retrying at 14:05 (attempt 1 of 3 failed).';
  expect(screen.getByText(text)).toBeInTheDocument();
});

it('shows when it retries without a reason', () => {
  renderDatasetCardProgress(
    makeDownloadingDataset({ job: null }),
    makeProgress({ not_before: new Date(2026, 10, 23, 14, 5).toISOString() }),
  );
  expect(screen.getByText('Retrying at 14:05.')).toBeInTheDocument();
});

it('shows that the job is queued', () => {
  renderDatasetCardProgress(makeDownloadingDataset({ job: makeJob({ state: 'queued', phase: null }) }));
  expect(screen.getByText('Waiting in the queue.')).toBeInTheDocument();
});

it('shows the percentage if nothing else is known', () => {
  renderDatasetCardProgress(makeDownloadingDataset({ job: null }));
  expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '40');
});
