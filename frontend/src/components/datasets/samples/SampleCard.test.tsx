import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeSample } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import type { DatasetSample } from '../../../types/dataset';
import { SampleCard } from './SampleCard';

const CUT = makeSample({ id: 7, row: 6, text: 'The beginning', truncated: true, char_count: 100_000 });
const NO_TOKENS = { tokenization_id: null, tokens: null, tokens_note: null };

function renderSampleCard(sample: DatasetSample) {
  return render(<SampleCard datasetId="ds_1" sample={sample} />);
}

/** Serve the full text of the shortened sample, and record the requests. */
function serveFullSample(): { count: number } {
  const requests = { count: 0 };
  server.use(
    http.get(api('/datasets/ds_1/samples/train/6'), () => {
      requests.count += 1;
      const text = 'The beginning and the end';
      return HttpResponse.json({ ...CUT, ...NO_TOKENS, text, truncated: false });
    }),
  );
  return requests;
}

it('shows the sample, and expands and collapses it', async () => {
  const { container } = renderSampleCard(makeSample({ token_count: 1234, columns: { source: 'web' } }));
  expect(container.firstElementChild).toHaveClass('bg-slate-800/30', 'rounded-lg', 'p-4');
  expect(screen.getByText('Sample #1 • train • 1,234 tokens')).toHaveClass('text-xs', 'text-slate-500');
  expect(screen.getByText('Once upon a time.')).toHaveClass('text-sm', 'text-slate-300');
  expect(screen.getByText(/Length: 17 chars/)).toHaveTextContent('source: web');
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #1', expanded: false }));
  await userEvent.click(screen.getByRole('button', { name: 'Collapse sample #1', expanded: true }));
  expect(screen.getByRole('button', { name: 'Expand sample #1', expanded: false })).toBeInTheDocument();
});

it('loads a shortened text in full once, when it is expanded', async () => {
  const requests = serveFullSample();
  renderSampleCard(CUT);
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #7' }));
  expect(await screen.findByText('The beginning and the end')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Collapse sample #7' }));
  expect(screen.getByText('The beginning')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #7' }));
  expect(screen.getByText('The beginning and the end')).toBeInTheDocument();
  expect(requests.count).toBe(1);
});

it('shows why tokens are not available', async () => {
  const note = 'Its tokens cannot be shown. The Hub does not answer: try again in a while.';
  server.use(
    http.get(api('/datasets/ds_1/samples/train/6'), () =>
      HttpResponse.json({ ...CUT, tokenization_id: 'tok_1', tokens: null, tokens_note: note }),
    ),
  );
  render(<SampleCard datasetId="ds_1" sample={CUT} tokenization="tok_1" />);
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #7' }));
  expect(await screen.findByText(note)).toBeInTheDocument();
});

it('copies the full text', async () => {
  const user = userEvent.setup();
  serveFullSample();
  renderSampleCard(CUT);
  await user.click(screen.getByRole('button', { name: 'Copy sample #7' }));
  await waitFor(async () => expect(await navigator.clipboard.readText()).toBe('The beginning and the end'));
});

it('shows why loading the full text failed, and what it has', async () => {
  server.use(
    http.get(api('/datasets/ds_1/samples/train/6'), () => problem(410, 'data_missing', 'It is gone.')),
  );
  renderSampleCard(CUT);
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #7' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('It is gone.');
  expect(screen.getByText('The beginning')).toBeInTheDocument();
});

it('shows that a sample is empty', () => {
  renderSampleCard(makeSample({ text: '', char_count: 0 }));
  expect(screen.getByText('Empty')).toBeInTheDocument();
});

it('scrolls an expanded text inside the card, below the other columns', async () => {
  renderSampleCard(makeSample({ columns: { source: 'web' } }));
  await userEvent.click(screen.getByRole('button', { name: 'Expand sample #1' }));
  const text = screen.getByRole('region', { name: 'Text of sample #1' });
  expect(text).toHaveAttribute('tabindex', '0');
  expect(screen.getByText('web').compareDocumentPosition(text)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

it('scrolls long columns inside the card, and keeps its buttons in view', async () => {
  renderSampleCard(makeSample({ columns: { page: 'word '.repeat(60_000) } }));
  await userEvent.click(screen.getByRole('button', { name: /^Expand/ }));
  expect(screen.getByRole('region', { name: /^Columns of sample/ })).toHaveClass(
    'overflow-y-auto',
    'max-h-[30vh]',
  );
  expect(screen.getByRole('button', { name: /^Collapse/ }).closest('.sticky')).not.toBeNull();
});
