import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeColumnProfile } from '../../../../test/fixtures';
import type { ColumnProfile } from '../../../../types/dataset';
import { ColumnFigure } from './ColumnFigure';

function renderColumnFigure(changes: Partial<ColumnProfile>) {
  const onFilter = jest.fn();
  render(<ColumnFigure profile={makeColumnProfile(changes)} onFilter={onFilter} />);
  return onFilter;
}

it('has a bar per value of a column with few, and filters by it', async () => {
  const top = [
    { value: 'en', count: 60, is_cut: false },
    { value: 'x'.repeat(200), count: 1, is_cut: true },
  ];
  const onFilter = renderColumnFigure({ name: 'lang', nulls: 3, distinct: 2, top });
  await userEvent.click(screen.getByRole('button', { name: '"en": 60 rows' }));
  expect(onFilter).toHaveBeenLastCalledWith(['["lang","=","en"]']);
  expect(screen.getByRole('button', { name: /…: 1 row/ })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: '3 null' }));
  expect(onFilter).toHaveBeenLastCalledWith(['["lang","is_null"]']);
});

it('has a bar per range of values otherwise', async () => {
  const histogram = [{ from: 0, to: 8, count: 5 }];
  const onFilter = renderColumnFigure({ name: 'n', distinct: 5_000, distinct_is_exact: false, histogram });
  expect(screen.getByText('≈ 5,000 distinct')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: '0 up to 8: 5 rows' }));
  expect(onFilter).toHaveBeenCalledWith(['["n",">=",0]', '["n","<",8]']);
});

it('shows the lengths of texts, by which one cannot filter', () => {
  renderColumnFigure({ distinct: 5_000, measure: 'length', histogram: [{ from: 0, to: 8, count: 5 }] });
  expect(screen.getByRole('button', { name: 'length 0 up to 8: 5 rows' })).toBeDisabled();
});
