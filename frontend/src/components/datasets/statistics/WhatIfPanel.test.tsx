import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { api, problem, server } from '../../../test/server';
import { makeWhatIf } from '../../../test/tokenizationFixtures';
import { WhatIfPanel } from './WhatIfPanel';

let asked: URLSearchParams[];

beforeEach(() => {
  asked = [];
  server.use(
    http.get(api('/models'), () => HttpResponse.json([])),
    http.get(api('/datasets/ds_1/what-if'), ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const answer = makeWhatIf(query.getAll('max_length').map(Number));
      const tokenizer = query.get('tokenizer');
      return HttpResponse.json(tokenizer === null ? answer : { ...answer, tokenizer, estimate: true });
    }),
  );
});

const estimateWith = async (tokenizer: string): Promise<void> => {
  await userEvent.type(screen.getByLabelText('Estimate with another tokenizer'), tokenizer);
  await userEvent.click(screen.getByRole('button', { name: 'Estimate' }));
};

it('counts exactly from a tokenization, up to its longest sample', async () => {
  render(<WhatIfPanel datasetId="ds_1" tokenization="tok_1" longest={300} />);
  expect(await screen.findByRole('slider')).toHaveAttribute('aria-valuetext', '512 tokens');
  expect(asked.map((query) => query.get('tokenization'))).toEqual(['tok_1']);
  expect(await findViolations(screen.getByRole('region'))).toEqual([]);
});

it('estimates with any tokenizer before the dataset is tokenized', async () => {
  render(<WhatIfPanel datasetId="ds_1" tokenization={null} longest={null} />);
  expect(screen.queryByRole('slider')).toBeNull();
  await estimateWith('llama');
  expect(await screen.findByText('Estimate for llama from 10,000 documents.')).toBeInTheDocument();
  expect(asked.map((query) => [query.get('tokenizer'), query.get('tokenization')])).toEqual([
    ['llama', null],
  ]);
  expect(screen.queryByRole('button', { name: 'Show exact figures' })).toBeNull();
});

it('returns to the exact figures', async () => {
  render(<WhatIfPanel datasetId="ds_1" tokenization="tok_1" longest={null} />);
  await estimateWith('llama');
  expect(await screen.findByText(/Estimate for llama/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show exact figures' }));
  expect(await screen.findByRole('slider')).toBeInTheDocument();
  expect(screen.queryByText(/Estimate for/)).toBeNull();
});

it('shows why estimating failed', async () => {
  server.use(http.get(api('/datasets/ds_1/what-if'), () => problem(404, 'no_tokenizer', 'No such one.')));
  render(<WhatIfPanel datasetId="ds_1" tokenization={null} longest={null} />);
  await estimateWith('nonsense');
  expect(await screen.findByRole('alert')).toHaveTextContent('No such one.');
});
