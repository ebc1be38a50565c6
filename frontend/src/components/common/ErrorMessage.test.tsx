import { render, screen } from '@testing-library/react';

import { ErrorMessage } from './ErrorMessage';

it('is an alert', () => {
  render(<ErrorMessage id="why">Wrong.</ErrorMessage>);
  expect(screen.getByRole('alert')).toHaveTextContent('Wrong.');
  expect(screen.getByRole('alert')).toHaveClass('text-sm', 'text-red-400');
});
