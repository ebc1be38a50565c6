import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { Pagination } from '../../../types/dataset';
import { SamplesPager } from './SamplesPager';

const onPage = jest.fn();

function renderSamplesPager(changes: Partial<Pagination> = {}, sampleCount = 50): void {
  const pagination = { page: 2, limit: 50, total: 10_000, has_next: true, has_prev: true, ...changes };
  render(<SamplesPager pagination={pagination} sampleCount={sampleCount} onPage={onPage} />);
}

it('shows the range of samples', () => {
  renderSamplesPager();
  expect(screen.getByRole('status')).toHaveTextContent('Showing 51–100 of 10,000');
  expect(screen.getByText(/of 200/)).toBeInTheDocument();
});

it('shows an empty range past the end', () => {
  renderSamplesPager({ page: 300 }, 0);
  expect(screen.getByRole('status')).toHaveTextContent('Showing none of 10,000');
});

it('goes to the previous and the next page', async () => {
  renderSamplesPager();
  await userEvent.click(screen.getByRole('button', { name: 'Previous' }));
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(onPage.mock.calls).toEqual([[1], [3]]);
});

it('goes no further than the last page', () => {
  renderSamplesPager({ page: 1, total: 3, has_next: false, has_prev: false }, 3);
  expect(screen.getByRole('button', { name: 'Previous' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
});

it.each([
  ['7', 7],
  ['9999', 200],
  ['-3', 1],
  ['2.4', null],
  ['abc', null],
])('goes to the page for “%s”', async (typed, expected) => {
  renderSamplesPager();
  await userEvent.clear(screen.getByLabelText('Page'));
  await userEvent.type(screen.getByLabelText('Page'), `${typed}{Enter}`);
  expect(onPage.mock.calls).toEqual(expected === null ? [] : [[expected]]);
});

it('shows what it waits for, and ignores paging meanwhile', async () => {
  const pagination = { page: 2, limit: 50, total: 10_000, has_next: true, has_prev: true };
  render(<SamplesPager pagination={pagination} sampleCount={50} pendingText="Searching…" onPage={onPage} />);
  expect(screen.getByRole('status')).toHaveTextContent('Searching…');
  expect(screen.queryByText(/Showing/)).toBeNull();
  for (const name of ['Previous', 'Next', 'Go']) {
    expect(screen.getByRole('button', { name })).toHaveAttribute('aria-disabled', 'true');
    await userEvent.click(screen.getByRole('button', { name }));
  }
  await userEvent.type(screen.getByLabelText('Page'), '7{Enter}');
  expect(onPage).not.toHaveBeenCalled();
});
