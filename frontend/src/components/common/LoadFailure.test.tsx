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
