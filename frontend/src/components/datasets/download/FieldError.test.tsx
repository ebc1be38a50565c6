import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { FieldError } from './FieldError';

const failure = { message: 'Wrong.', choices: ['en', 'de'], existingId: 'ds_9' };

it('takes no room where nothing is wrong', () => {
  const { container } = render(<FieldError failure={undefined} />);
  expect(container).toBeEmptyDOMElement();
});

it('offers what could stand there instead, and what is there already', async () => {
  const onChoose = jest.fn();
  const onOpen = jest.fn();
  render(<FieldError failure={failure} onChoose={onChoose} onOpen={onOpen} />);
  expect(screen.getByRole('alert')).toHaveTextContent('Wrong.');
  await userEvent.click(screen.getByRole('button', { name: 'de' }));
  await userEvent.click(screen.getByRole('button', { name: 'Open it' }));
  expect(onChoose).toHaveBeenCalledWith('de');
  expect(onOpen).toHaveBeenCalledWith('ds_9');
});

it('offers nothing that nobody would hear of', () => {
  render(<FieldError failure={failure} />);
  expect(screen.queryByRole('button')).toBeNull();
});
