import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import { DeleteTokenizationDialog } from './DeleteTokenizationDialog';

const onClose = jest.fn();
const press = () => userEvent.click(screen.getByRole('button', { name: 'Delete' }));

it('says what goes, and deletes it once that is confirmed', async () => {
  server.use(http.delete(api('/tokenizations/tok_1'), () => new HttpResponse(null, { status: 204 })));
  render(<DeleteTokenizationDialog tokenization={makeReadyTokenization()} onClose={onClose} />);
  const dialog = screen.getByRole('dialog', { name: 'Delete the tokenization with gpt2?' });
  expect(dialog).toHaveAccessibleDescription(/This frees 20.0 MB and cannot be undone; the dataset stays/);
  await press();
  await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
});

it('stays open, and says why it could not be', async () => {
  server.use(http.delete(api('/tokenizations/tok_1'), () => problem(503, 'unavailable', 'Not now.')));
  render(<DeleteTokenizationDialog tokenization={makeTokenization()} onClose={onClose} />);
  expect(screen.getByText(/Its work is stopped/)).toBeInTheDocument();
  await press();
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(onClose).not.toHaveBeenCalled();
});
