import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import { DeleteTokenizationDialog } from './DeleteTokenizationDialog';

const onClose = jest.fn();
const clickDelete = () => userEvent.click(screen.getByRole('button', { name: 'Delete' }));

it('shows what will be deleted, and deletes it after confirmation', async () => {
  server.use(http.delete(api('/tokenizations/tok_1'), () => new HttpResponse(null, { status: 204 })));
  render(<DeleteTokenizationDialog tokenization={makeReadyTokenization()} onClose={onClose} />);
  const dialog = screen.getByRole('dialog', { name: 'Delete the tokenization with gpt2?' });
  expect(dialog).toHaveAccessibleDescription(
    /Deleting it frees 20.0 MB and cannot be undone. The dataset stays/,
  );
  await clickDelete();
  await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
});

it('stays open, and shows why the deletion failed', async () => {
  server.use(http.delete(api('/tokenizations/tok_1'), () => problem(503, 'unavailable', 'Not now.')));
  render(<DeleteTokenizationDialog tokenization={makeTokenization()} onClose={onClose} />);
  expect(screen.getByText(/Deleting it stops its job/)).toBeInTheDocument();
  await clickDelete();
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(onClose).not.toHaveBeenCalled();
});
