import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { SplitSelect } from './SplitSelect';

it('selects one split or all', async () => {
  const onChange = jest.fn();
  const { rerender } = render(<SplitSelect splits={['train', 'test']} value={null} onChange={onChange} />);
  expect(screen.getByRole('combobox', { name: 'Split' })).toHaveDisplayValue('All Splits');
  await userEvent.selectOptions(screen.getByRole('combobox'), 'test');
  rerender(<SplitSelect splits={['train', 'test']} value="test" onChange={onChange} />);
  await userEvent.selectOptions(screen.getByRole('combobox'), 'All Splits');
  expect(onChange.mock.calls).toEqual([['test'], [null]]);
});

it('shows the address’s split even if it is unknown', () => {
  render(<SplitSelect splits={['train']} value="gone" onChange={jest.fn()} />);
  expect(screen.getByRole('combobox')).toHaveDisplayValue('gone');
});
