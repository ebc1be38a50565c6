import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { DatasetGone } from './DatasetGone';

it('shows that the dataset is gone, takes the focus, and returns to the list', async () => {
  const onClose = jest.fn();
  render(<DatasetGone detail="This dataset is not there." onClose={onClose} />);
  expect(screen.getByRole('alert')).toHaveTextContent('This dataset is not there.');
  const back = screen.getByRole('button', { name: 'Show all datasets' });
  expect(back).toHaveFocus();
  await userEvent.click(back);
  expect(onClose).toHaveBeenCalledTimes(1);
});
