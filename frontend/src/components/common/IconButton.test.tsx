import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { X } from 'lucide-react';

import { IconButton } from './IconButton';

it('has a name, and reports a click', async () => {
  const onClick = jest.fn();
  render(<IconButton icon={X} label="Cancel it" onClick={onClick} expanded={false} />);
  const button = screen.getByRole('button', { name: 'Cancel it', expanded: false });
  await userEvent.click(button);
  expect(onClick).toHaveBeenCalledTimes(1);
});

it('ignores clicks while disabled', async () => {
  const onClick = jest.fn();
  render(<IconButton icon={X} label="Cancel it" onClick={onClick} disabled />);
  await userEvent.click(screen.getByRole('button'));
  expect(onClick).not.toHaveBeenCalled();
});
