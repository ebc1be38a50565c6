import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { FieldError } from './FieldError';

const failure = { message: 'Wrong.', choices: ['en', 'de'], existingId: 'ds_9' };

it('shows nothing without an error', () => {
  const { container } = render(<FieldError failure={undefined} />);
  expect(container).toBeEmptyDOMElement();
});

it('offers the choices and the existing dataset', async () => {
  const onChoose = jest.fn();
  const onOpen = jest.fn();
  render(<FieldError failure={failure} onChoose={onChoose} onOpen={onOpen} />);
  expect(screen.getByRole('alert')).toHaveTextContent('Wrong.');
  await userEvent.click(screen.getByRole('button', { name: 'de' }));
  await userEvent.click(screen.getByRole('button', { name: 'Open it' }));
  expect(onChoose).toHaveBeenCalledWith('de');
  expect(onOpen).toHaveBeenCalledWith('ds_9');
});

it('offers nothing without a handler', () => {
  render(<FieldError failure={failure} />);
  expect(screen.queryByRole('button')).toBeNull();
});
