import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { api, problem, server } from '../../test/server';
import { aPreview } from '../../test/tokenFixtures';
import { aForm } from '../../test/tokenForm';
import { TokenizePreview } from './TokenizePreview';

const VALUES = aForm({ tokenizer: 'gpt2', max_length: '8', end_of_document_token: 'eos' }).values;

it('shows a text of one’s own as tokens, under the settings that are typed', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post(api('/tokenize-preview'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(aPreview());
    }),
  );
  render(<TokenizePreview values={VALUES} />);
  await userEvent.type(screen.getByLabelText('Text to preview'), 'Hello');
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByTitle('id 15496')).toHaveTextContent('Hello');
  expect(screen.getByText('3 tokens, 2 of them cut • vocabulary of 50,257')).toBeInTheDocument();
  expect(screen.getByText('Cut at the maximum.')).toBeInTheDocument();
  const settings = {
    max_length: 8,
    truncation: true,
    begin_of_row_token: 'auto',
    end_of_document_token: 'eos',
  };
  expect(sent).toMatchObject([{ tokenizer: 'gpt2', text: 'Hello', ...settings }]);
});

it('asks for a tokenizer first', () => {
  render(<TokenizePreview values={aForm().values} />);
  expect(screen.getByText(/Choose a tokenizer above/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Tokenize Preview' })).toBeDisabled();
});

it('says why there are no tokens', async () => {
  server.use(http.post(api('/tokenize-preview'), () => problem(404, 'not_found', 'No such tokenizer.')));
  render(<TokenizePreview values={VALUES} />);
  await userEvent.type(screen.getByLabelText('Text to preview'), 'a');
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('No such tokenizer.');
});
