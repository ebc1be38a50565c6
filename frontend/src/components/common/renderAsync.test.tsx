import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ApiError } from '../../api/errors';
import { renderAsync } from './renderAsync';

const onRetry = jest.fn();
const views = { loading: 'Loading…', onRetry, loaded: (count: number) => `${count} rows` };

it('shows that the value is loading, then the value', () => {
  const { container, rerender } = render(<>{renderAsync({ kind: 'loading' }, views)}</>);
  expect(container).toHaveTextContent('Loading…');
  rerender(<>{renderAsync({ kind: 'loaded', value: 3 }, views)}</>);
  expect(container).toHaveTextContent('3 rows');
});

it('shows why loading failed, and retries', async () => {
  const error = new ApiError({ status: 503, code: 'unavailable', detail: 'Not now.' });
  render(<>{renderAsync({ kind: 'failed', error }, views)}</>);
  expect(screen.getByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});
