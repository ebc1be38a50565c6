import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { Button } from './Button';

it('has the look’s classes and those that it is given', () => {
  render(
    <Button look="link" className="mt-2">
      Open it
    </Button>,
  );
  expect(screen.getByRole('button', { name: 'Open it' })).toHaveAttribute(
    'class',
    'text-sm text-emerald-400 underline hover:text-emerald-300 mt-2',
  );
});

it('submits a form only on request', async () => {
  const onSubmit = jest.fn((event: Event) => event.preventDefault());
  render(
    <form onSubmit={(event) => onSubmit(event.nativeEvent)}>
      <Button look="quiet">Help</Button>
      <Button look="quiet" type="submit">
        Send
      </Button>
    </form>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Help' }));
  expect(onSubmit).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  expect(onSubmit).toHaveBeenCalledTimes(1);
});
