import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { api, problem, server } from '../../../test/server';
import { makePreview } from '../../../test/tokenizationFixtures';
import { makeForm } from '../../../test/tokenizationForm';
import type { Preview } from '../../../types/dataset';
import { TokenizePreview } from './TokenizePreview';

const VALUES = makeForm({ tokenizer: 'gpt2', max_length: '8', end_of_document_token: 'eos' }).values;

async function preview(text: string): Promise<void> {
  await userEvent.type(screen.getByLabelText('Text to preview'), text);
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
}

it('tokenizes a text with the current settings', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/tokenize-preview'), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(makePreview());
    }),
  );
  render(<TokenizePreview values={VALUES} />);
  await userEvent.type(screen.getByLabelText('Text to preview'), 'Hello');
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByTitle('id 15496')).toHaveTextContent('Hello');
  expect(screen.getByText('1 token; 2 more were truncated • vocabulary of 50,257')).toBeInTheDocument();
  expect(screen.getByText('Cut at the maximum.')).toBeInTheDocument();
  const settings = {
    max_length: 8,
    truncation: true,
    begin_of_row_token: 'auto',
    end_of_document_token: 'eos',
  };
  expect(bodies).toMatchObject([{ tokenizer: 'gpt2', text: 'Hello', ...settings }]);
});

it('requires a tokenizer', () => {
  render(<TokenizePreview values={makeForm().values} />);
  expect(screen.getByText(/Choose a tokenizer above/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Tokenize Preview' })).toBeDisabled();
});

it('shows why tokenizing failed', async () => {
  server.use(http.post(api('/tokenize-preview'), () => problem(404, 'not_found', 'No such tokenizer.')));
  render(<TokenizePreview values={VALUES} />);
  await userEvent.type(screen.getByLabelText('Text to preview'), 'a');
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('No such tokenizer.');
});

it('counts the shown tokens, and names special tokens and padding', async () => {
  const added = { text: '<s>', start: 0, end: 0 } as const;
  const tokens: Preview['tokens'] = [
    { ...added, id: 1, kind: 'special' },
    { id: 2, text: 'Hi', kind: 'data', start: 0, end: 2 },
    { id: 3, text: ' there', kind: 'data', start: 2, end: 8 },
    { ...added, id: 0, kind: 'padding' },
  ];
  server.use(
    http.post(api('/tokenize-preview'), () =>
      HttpResponse.json(makePreview({ tokens, count: 2, truncated: 0, vocab_size: 32_000, notes: [] })),
    ),
  );
  render(<TokenizePreview values={VALUES} />);
  await preview('Hi there');
  expect(await screen.findAllByTitle(/^id /)).toHaveLength(4);
  expect(
    screen.getByText('4 tokens, 1 of them special, 1 of them padding • vocabulary of 32,000'),
  ).toBeInTheDocument();
});

it('says that a long row is shown in part', async () => {
  const long = makePreview({ token_count: 20_000, padding_count: 19_999, truncated: 0 });
  server.use(http.post(api('/tokenize-preview'), () => HttpResponse.json(long)));
  render(<TokenizePreview values={VALUES} />);
  await preview('Hi');
  expect(
    await screen.findByText(/^20,000 tokens, 19,999 of them padding; the first 1 are shown/),
  ).toBeInTheDocument();
});

it.each([
  ['another tokenizer', makeForm({ ...VALUES, tokenizer: 'other' }).values],
  ['a switch', makeForm({ ...VALUES, add_special_tokens: false }).values],
])('clears the result after %s', async (_, others) => {
  server.use(http.post(api('/tokenize-preview'), () => HttpResponse.json(makePreview())));
  const { rerender } = render(<TokenizePreview values={VALUES} />);
  await preview('Hello');
  await screen.findByTitle('id 15496');
  rerender(<TokenizePreview values={others} />);
  expect(screen.queryByTitle('id 15496')).toBeNull();
  expect(screen.queryByText(/vocabulary of/)).toBeNull();
});

it('clears the result of another text, and tokens after an error', async () => {
  server.use(http.post(api('/tokenize-preview'), () => HttpResponse.json(makePreview())));
  render(<TokenizePreview values={VALUES} />);
  await preview('Hello');
  await screen.findByTitle('id 15496');
  server.use(http.post(api('/tokenize-preview'), () => problem(404, 'not_found', 'No such tokenizer.')));
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByRole('alert')).toBeInTheDocument();
  expect(screen.queryByTitle('id 15496')).toBeNull();
  await userEvent.type(screen.getByLabelText('Text to preview'), '!');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('ignores a stale response', async () => {
  const answers: (() => void)[] = [];
  server.use(
    http.post(api('/tokenize-preview'), async ({ request }) => {
      const { text } = (await request.json()) as { readonly text: string };
      await new Promise<void>((resolve) => answers.push(resolve));
      return HttpResponse.json(makePreview({ notes: [`Made of ${text}`] }));
    }),
  );
  render(<TokenizePreview values={VALUES} />);
  await preview('Hello');
  expect(screen.getByRole('button', { name: 'Tokenizing…' })).toBeDisabled();
  await preview('!');
  await waitFor(() => expect(answers).toHaveLength(2));
  answers[1]?.();
  expect(await screen.findByText('Made of Hello!')).toBeInTheDocument();
  answers[0]?.();
  await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
  expect(screen.getByText('Made of Hello!')).toBeInTheDocument();
});
