import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ApiError } from '../../api/errors';
import { LoadFailure } from './LoadFailure';

it('shows why loading failed, and retries', async () => {
  const onRetry = jest.fn();
  render(
    <LoadFailure error={new ApiError({ status: 503, code: 'x', detail: 'Not now.' })} onRetry={onRetry} />,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});

it('offers no retry for a request that is wrong in itself', () => {
  const error = new ApiError({ status: 422, code: 'invalid_pattern', detail: 'A bracket is missing.' });
  render(<LoadFailure error={error} onRetry={jest.fn()} />);
  expect(screen.getByRole('alert')).toHaveTextContent('A bracket is missing.');
  expect(screen.queryByRole('button')).toBeNull();
});
