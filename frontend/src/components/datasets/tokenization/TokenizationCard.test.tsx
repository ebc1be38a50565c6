import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDetailStore } from '../../../stores/detailStore';
import { findViolations } from '../../../test/axe';
import { makeProgress } from '../../../test/eventFixtures';
import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import { renderTokenizationTab, serveDataset } from '../../../test/tokenizationTab';
import type { Tokenization } from '../../../types/dataset';
import { makeDatasetRoute } from '../../../utils/route';

const renderTokenizationCard = (tokenization: Tokenization, onNavigate = jest.fn()) =>
  renderTokenizationTab({ tokenizations: [tokenization] }, { onNavigate });

it('shows the phase before the first row without an amount', async () => {
  await renderTokenizationCard(makeTokenization());
  const event = makeProgress({
    scope: 'tokenization',
    tokenization_id: 'tok_1',
    status: 'processing',
    phase: 'plan',
    done: 1,
    total: 1,
    eta_seconds: null,
  });
  act(() => useDetailStore.getState().applyEvent(event));
  expect(screen.getByText('Planning')).toBeInTheDocument();
});

it('follows the job, and cancels it', async () => {
  await renderTokenizationCard(makeTokenization());
  const event = makeProgress({
    scope: 'tokenization',
    tokenization_id: 'tok_1',
    progress: 30,
    status: 'processing',
    phase: 'tokenizing',
    done: 300,
    total: 1000,
    unit: 'rows',
  });
  act(() => useDetailStore.getState().applyEvent(event));
  expect(screen.getByText('Tokenizing • 300 of 1,000 rows • 20 s left')).toBeInTheDocument();
  const bar = screen.getByRole('progressbar', { name: 'Progress of gpt2' });
  expect(bar).toHaveAttribute('aria-valuenow', '30');
  server.use(
    http.post(api('/tokenizations/tok_1/cancel'), () => {
      serveDataset({ tokenizations: [makeTokenization({ status: 'cancelled' })], seq: 20 });
      return HttpResponse.json(makeTokenization({ status: 'cancelled' }));
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Cancel gpt2' }));
  expect(await screen.findByText('Cancelled. Retry continues from 10%.')).toBeInTheDocument();
});

it('shows why it failed, retries, and shows why the retry was refused', async () => {
  await renderTokenizationCard(makeTokenization({ status: 'error', error_message: 'No more disk.' }));
  expect(screen.getByText('No more disk.')).toBeInTheDocument();
  server.use(
    http.post(api('/tokenizations/tok_1/retry'), () => problem(507, 'disk_full', 'Still no more disk.')),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Retry gpt2' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Still no more disk.');
});

it('retries with a missing token', async () => {
  await renderTokenizationCard(
    makeTokenization({ status: 'error', error_code: 'gated', error_message: 'It is gated.' }),
  );
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/tokenizations/tok_1/retry'), async ({ request }) => {
      bodies.push(await request.json());
      serveDataset({ tokenizations: [makeTokenization({ status: 'queued' })], seq: 20 });
      return HttpResponse.json(makeTokenization({ status: 'queued' }), { status: 202 });
    }),
  );
  const retry = screen.getByRole('button', { name: 'Retry gpt2' });
  expect(retry).toHaveAttribute('aria-expanded', 'false');
  await userEvent.click(retry);
  await userEvent.type(screen.getByLabelText(/^Access Token \(leave empty/), 'hf_x');
  await userEvent.click(screen.getByRole('button', { name: 'Retry tokenization' }));
  expect(await screen.findByText('Waiting in the queue')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Retry tokenization' })).toBeNull();
  expect(bodies).toEqual([{ access_token: 'hf_x' }]);
});

it('shows figures and the encoder, and opens audit and ledger', async () => {
  const onNavigate = jest.fn();
  await renderTokenizationCard(
    makeReadyTokenization({ engine: 'tokenizers', engine_reason: 'It is no BPE.' }),
    onNavigate,
  );
  const card = screen.getByRole('article', { name: 'Tokenization with gpt2' });
  expect(card).toHaveTextContent('10,000 rows • 5,000,000 tokens in 5,120,000 positions • 20.0 MB');
  expect(card).toHaveTextContent('encoded with tokenizers; it is no BPE.');
  expect(card).toHaveTextContent('512-token rows • not padded');
  expect(await findViolations(card)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Show audit, ledger and rows' }));
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { tokenization: 'tok_1' }));
});
