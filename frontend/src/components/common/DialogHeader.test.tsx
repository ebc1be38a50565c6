import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { DialogHeader } from './DialogHeader';

it('shows the title, and closes the dialog', async () => {
  const onClose = jest.fn();
  const { rerender } = render(
    <DialogHeader id="title" title="Stories" onClose={onClose}>
      450.0 MB
    </DialogHeader>,
  );
  expect(screen.getByRole('heading', { name: 'Stories' })).toHaveAttribute('id', 'title');
  expect(screen.getByText('Stories').tagName).toBe('BDI');
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  expect(onClose).toHaveBeenCalledTimes(1);
  rerender(<DialogHeader id="title" title="Stories" onClose={onClose} />);
  expect(screen.queryByText('450.0 MB')).toBeNull();
});
