import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ColumnChooser } from './ColumnChooser';

it('counts the shown columns, and hides one', async () => {
  const onToggle = jest.fn();
  render(<ColumnChooser names={['text', 'stars']} isShown={(name) => name === 'text'} onToggle={onToggle} />);
  await userEvent.click(screen.getByText('Columns (1 of 2)'));
  expect(screen.getByRole('checkbox', { name: 'stars' })).not.toBeChecked();
  await userEvent.click(screen.getByRole('checkbox', { name: 'text' }));
  expect(onToggle).toHaveBeenCalledWith('text');
});
