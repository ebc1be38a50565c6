import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { DatasetGone } from './DatasetGone';

it('says that it has gone, takes the focus, and leads back', async () => {
  const onClose = jest.fn();
  render(<DatasetGone detail="This dataset is not there." onClose={onClose} />);
  expect(screen.getByRole('alert')).toHaveTextContent('This dataset is not there.');
  const back = screen.getByRole('button', { name: 'Show all datasets' });
  expect(back).toHaveFocus();
  await userEvent.click(back);
  expect(onClose).toHaveBeenCalledTimes(1);
});
