import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { JobButtons } from './JobButtons';

const on = { onCancel: jest.fn(), onRetry: jest.fn(), onDelete: jest.fn() };

it('reports presses, and is disabled while an answer is awaited', async () => {
  const actions = ['cancel', 'retry', 'delete'];
  const { rerender } = render(
    <JobButtons name="gpt2" deleteName="it all" actions={actions} busy={false} {...on} />,
  );
  for (const name of ['Cancel gpt2', 'Retry gpt2', 'Delete it all']) {
    await userEvent.click(screen.getByRole('button', { name }));
  }
  expect(Object.values(on).map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
  rerender(<JobButtons name="gpt2" actions={actions} busy {...on} retryExpanded />);
  expect(screen.getByRole('button', { name: 'Cancel gpt2' })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Retry gpt2' })).toHaveAttribute('aria-expanded', 'true');
  expect(screen.getByRole('button', { name: 'Delete gpt2' })).toBeEnabled();
});

it('shows no buttons without actions', () => {
  render(<JobButtons name="gpt2" actions={[]} busy={false} {...on} />);
  expect(screen.queryByRole('button')).toBeNull();
});
