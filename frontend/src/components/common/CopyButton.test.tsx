import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { CopyButton } from './CopyButton';

afterEach(() => jest.useRealTimers());

it('copies the text, says so, then is ready again', async () => {
  jest.useFakeTimers();
  const user = userEvent.setup({ advanceTimers: (delay) => jest.advanceTimersByTime(delay) });
  render(<CopyButton label="Copy it" text="the text" />);
  await user.click(screen.getByRole('button', { name: 'Copy it' }));
  expect(await screen.findByText('Copied')).toBeInTheDocument();
  expect(await navigator.clipboard.readText()).toBe('the text');
  act(() => jest.advanceTimersByTime(2_000));
  expect(screen.getByRole('status')).toBeEmptyDOMElement();
});

it('says that copying failed', async () => {
  const user = userEvent.setup();
  render(<CopyButton label="Copy it" text={() => Promise.reject(new Error('No.'))} />);
  await user.click(screen.getByRole('button'));
  expect(screen.getByRole('status')).toHaveTextContent('Copy failed');
});
