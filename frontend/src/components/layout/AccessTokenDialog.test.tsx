import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { getAccessToken } from '../../api/accessToken';
import { useConnectionStore } from '../../stores/connectionStore';
import { AccessTokenDialog } from './AccessTokenDialog';

it('asks for the token, stores it, and cannot be closed before', async () => {
  const user = userEvent.setup();
  render(<AccessTokenDialog access="required" />);
  await user.keyboard('{Escape}');
  expect(screen.getByRole('dialog', { name: /needs its access token/ })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Continue' })).toBeDisabled();
  await user.type(screen.getByLabelText('Server access token'), ' right {Enter}');
  expect(getAccessToken()).toBe('right');
  expect(useConnectionStore.getState()).toMatchObject({ access: 'granted', epoch: 1 });
});

it('shows that the token was rejected', () => {
  render(<AccessTokenDialog access="rejected" />);
  expect(screen.getByRole('alert')).toHaveTextContent('rejected this token');
});
