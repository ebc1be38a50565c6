import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { RetryForm } from './RetryForm';

it('retries with the typed token or without one', async () => {
  const onRetry = jest.fn();
  render(<RetryForm id="ds_1" label="Retry download" busy={false} onRetry={onRetry} />);
  await userEvent.click(screen.getByRole('button', { name: 'Retry download' }));
  await userEvent.type(screen.getByLabelText(/Access Token/), ' hf_x {Enter}');
  expect(onRetry.mock.calls).toEqual([[null], ['hf_x']]);
});
