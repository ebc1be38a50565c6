import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { Pagination } from '../../../types/dataset';
import { SamplesPager } from './SamplesPager';

const onPage = jest.fn();

function show(changes: Partial<Pagination> = {}, sampleCount = 50): void {
  const pagination = { page: 2, limit: 50, total: 10_000, has_next: true, has_prev: true, ...changes };
  render(<SamplesPager pagination={pagination} sampleCount={sampleCount} onPage={onPage} />);
}

it('says where one is', () => {
  show();
  expect(screen.getByRole('status')).toHaveTextContent('Showing 51–100 of 10,000');
  expect(screen.getByText(/of 200/)).toBeInTheDocument();
});

it('says that there is nothing on a page beyond the end', () => {
  show({ page: 300 }, 0);
  expect(screen.getByRole('status')).toHaveTextContent('Showing none of 10,000');
});

it('goes back and on', async () => {
  show();
  await userEvent.click(screen.getByRole('button', { name: 'Previous' }));
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(onPage.mock.calls).toEqual([[1], [3]]);
});

it('goes no further than there are pages', () => {
  show({ page: 1, total: 3, has_next: false, has_prev: false }, 3);
  expect(screen.getByRole('button', { name: 'Previous' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Next' })).toBeDisabled();
});

it.each([
  ['7', 7],
  ['9999', 200],
  ['-3', 1],
  ['2.4', null],
  ['abc', null],
])('goes to page “%s”', async (typed, expected) => {
  show();
  await userEvent.clear(screen.getByLabelText('Page'));
  await userEvent.type(screen.getByLabelText('Page'), `${typed}{Enter}`);
  expect(onPage.mock.calls).toEqual(expected === null ? [] : [[expected]]);
});

it('says what is being done, and goes nowhere until it is done', async () => {
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
