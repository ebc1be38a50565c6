import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { FormButtons } from './FormButtons';

it('cancels, and submits its form unless that is disabled', async () => {
  const onCancel = jest.fn();
  const onSubmit = jest.fn((event: { preventDefault: () => void }) => event.preventDefault());
  const { rerender } = render(
    <form onSubmit={onSubmit}>
      <FormButtons label="Mix" disabled={false} onCancel={onCancel} />
    </form>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onCancel).toHaveBeenCalledTimes(1);
  expect(onSubmit).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Mix' }));
  expect(onSubmit).toHaveBeenCalledTimes(1);
  rerender(<FormButtons label="Mix" disabled onCancel={onCancel} />);
  expect(screen.getByRole('button', { name: 'Mix' })).toBeDisabled();
});

it('says that it starts, and cannot be pressed again', () => {
  render(<FormButtons label="Mix" disabled={false} isStarting onCancel={jest.fn()} />);
  expect(screen.getByRole('button', { name: 'Starting…' })).toBeDisabled();
});
