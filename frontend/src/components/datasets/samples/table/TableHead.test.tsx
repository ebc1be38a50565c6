import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeColumnProfile } from '../../../../test/fixtures';
import { TableHead } from './TableHead';

const COLUMNS = [
  { name: 'stars', type: 'int64', width: 180, profile: makeColumnProfile({ name: 'stars' }) },
  { name: 'tags', type: 'list<element: string>', width: 180, profile: null },
];

function renderTableHead(orderBy: string | null = null) {
  const actions = { onOrder: jest.fn(), onFilter: jest.fn(), onResize: jest.fn() };
  render(
    <table>
      <TableHead columns={COLUMNS} orderBy={orderBy} {...actions} />
    </table>,
  );
  return actions;
}

it.each([
  [null, 'none', 'stars'],
  ['stars', 'ascending', '-stars'],
  ['-stars', 'descending', null],
])('sorts by a press on a name (%s)', async (orderBy, shown, next) => {
  const { onOrder } = renderTableHead(orderBy);
  expect(screen.getByRole('columnheader', { name: /stars/ })).toHaveAttribute('aria-sort', shown);
  await userEvent.click(screen.getByRole('button', { name: 'stars' }));
  expect(onOrder).toHaveBeenCalledWith(next);
});

it('has no button where there is no order', () => {
  renderTableHead();
  expect(screen.queryByRole('button', { name: 'tags' })).not.toBeInTheDocument();
  expect(screen.getByText('list<element: string>')).toBeInTheDocument();
});

it('resizes a column with the arrow keys', async () => {
  const { onResize } = renderTableHead();
  screen.getByRole('separator', { name: 'Width of stars' }).focus();
  await userEvent.keyboard('{ArrowRight}{ArrowLeft}{ArrowUp}');
  expect(onResize.mock.calls).toEqual([
    ['stars', 204],
    ['stars', 156],
  ]);
});
