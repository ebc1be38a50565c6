import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { createUnreachableError } from '../../api/errors';
import { findViolations } from '../../test/axe';
import { ConfirmDialog } from './ConfirmDialog';

const on = { onReload: jest.fn(), onConfirm: jest.fn(), onClose: jest.fn() };
const common = { title: 'Delete it?', confirm: 'Delete', ...on };

it('shows what is needed to decide, and takes either answer', async () => {
  render(
    <ConfirmDialog {...common} question={{ kind: 'loaded', value: '2 GB' }} disabled={false}>
      {(size) => `It frees ${size}.`}
    </ConfirmDialog>,
  );
  const dialog = screen.getByRole('dialog', { name: 'Delete it?' });
  expect(dialog).toHaveAccessibleDescription('It frees 2 GB.');
  expect(await findViolations(dialog)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(on.onConfirm).toHaveBeenCalledTimes(1);
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  await userEvent.keyboard('{Escape}');
  expect(on.onClose).toHaveBeenCalledTimes(2);
});

it('shows that it is loading, or why loading failed', async () => {
  const { rerender } = render(
    <ConfirmDialog {...common} question={{ kind: 'loading' }} disabled>
      {() => null}
    </ConfirmDialog>,
  );
  expect(screen.getByRole('status')).toHaveTextContent('Checking what will be deleted…');
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
  rerender(
    <ConfirmDialog {...common} question={{ kind: 'failed', error: createUnreachableError() }} disabled>
      {() => null}
    </ConfirmDialog>,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(on.onReload).toHaveBeenCalledTimes(1);
});
