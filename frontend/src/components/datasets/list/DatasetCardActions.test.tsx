import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDownloadingDataset, makeFailedDataset } from '../../../test/fixtures';
import { DatasetCardActions } from './DatasetCardActions';

const on = { onCancel: jest.fn(), onRetry: jest.fn(), onDelete: jest.fn() };

it('reports the clicked action', async () => {
  const { rerender } = render(<DatasetCardActions dataset={makeDownloadingDataset()} busy={false} {...on} />);
  await userEvent.click(screen.getByRole('button', { name: 'Cancel TinyStories' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete TinyStories' }));
  rerender(<DatasetCardActions dataset={makeFailedDataset()} busy={false} {...on} />);
  await userEvent.click(screen.getByRole('button', { name: 'Retry TinyStories' }));
  expect([on.onCancel, on.onDelete, on.onRetry].map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
});

it('disables cancel and retry while busy, but not delete', () => {
  render(<DatasetCardActions dataset={makeDownloadingDataset()} busy {...on} />);
  expect(screen.getByRole('button', { name: 'Cancel TinyStories' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Delete TinyStories' })).toBeEnabled();
});

it('offers no retry where the same job would fail again', () => {
  const dataset = makeFailedDataset({ error_code: 'invalid_data' });
  render(<DatasetCardActions dataset={dataset} busy={false} {...on} />);
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual([
    'Delete TinyStories',
  ]);
});
