import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import { renderTokenizationTab, serveDataset, StoredTokenizationTab } from '../../../test/tokenizationTab';
import { makeDatasetRoute } from '../../../utils/route';

const onNavigate = jest.fn();
const clickApply = () => userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));

it('starts a tokenization, lists it, and focuses it', async () => {
  await renderTokenizationTab({ tokenizations: [] });
  expect(screen.getByText(/No tokenizations yet/)).toBeInTheDocument();
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), async ({ request }) => {
      bodies.push(await request.json());
      serveDataset({ tokenizations: [makeTokenization({ status: 'queued' })] });
      return HttpResponse.json(makeTokenization({ status: 'queued' }), { status: 202 });
    }),
  );
  expect(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' })).toBeDisabled();
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.selectOptions(screen.getByLabelText('Packing'), 'concat');
  expect(await findViolations(screen.getByRole('form'))).toEqual([]);
  await clickApply();
  const card = await screen.findByRole('article', { name: 'Tokenization with gpt2' });
  expect(card).toHaveTextContent('queued');
  await waitFor(() => expect(card).toHaveFocus());
  expect(bodies).toMatchObject([{ tokenizer: 'gpt2', packing: 'concat' }]);
});

it('shows a tokenization that already exists', async () => {
  await renderTokenizationTab({ tokenizations: [makeReadyTokenization()] }, { onNavigate });
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), () =>
      problem(409, 'exists', 'It is here already.', { tokenization_id: 'tok_1' }),
    ),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await clickApply();
  expect(await screen.findByRole('alert')).toHaveTextContent('It is here already.');
  await userEvent.click(screen.getByRole('button', { name: 'Show it' }));
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { tokenization: 'tok_1' }));
  expect(screen.getByRole('article', { name: 'Tokenization with gpt2' })).toHaveFocus();
});

it('opens and closes a tokenization in the address', async () => {
  server.use(http.get(api('/tokenizations/tok_1'), () => problem(503, 'unavailable', 'Not now.')));
  await renderTokenizationTab({ tokenizations: [makeReadyTokenization()] }, { open: 'tok_1', onNavigate });
  await userEvent.click(screen.getByRole('button', { name: 'Hide audit, ledger and rows' }));
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { tokenization: null }));
});

it('keeps the form while another tab is shown', async () => {
  const { rerender } = await renderTokenizationTab({ tokenizations: [] });
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Max Sequence Length'), '512');
  await userEvent.type(screen.getByLabelText('Text to preview'), 'Hello');
  rerender(<p>Another tab</p>);
  expect(screen.queryByLabelText('Tokenizer')).toBeNull();
  rerender(<StoredTokenizationTab />);
  expect(screen.getByLabelText('Tokenizer')).toHaveValue('gpt2');
  expect(screen.getByLabelText('Max Sequence Length')).toHaveValue('512');
  expect(screen.getByLabelText('Text to preview')).toHaveValue('Hello');
});
