import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeDetail } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import {
  makeReadyTokenization,
  makeStatistics,
  makeTokenStatistics,
  makeWhatIf,
} from '../../../test/tokenizationFixtures';
import type { DatasetDetail, DatasetStatistics as Statistics } from '../../../types/dataset';
import { makeDatasetRoute } from '../../../utils/route';
import DatasetStatistics from './DatasetStatistics';

const onNavigate = jest.fn();

/** Render the tab with `statistics` from the server, after one `refusal` if given. */
function renderDatasetStatistics(
  statistics: Statistics,
  changes: Partial<DatasetDetail> = {},
  refusal: HttpResponse<string> | null = null,
  route = makeDatasetRoute('ds_1'),
): void {
  server.use(
    http.get(api('/datasets/ds_1/statistics'), () => HttpResponse.json(statistics)),
    http.get(api('/models'), () => HttpResponse.json([])),
    http.get(api('/datasets/ds_1/what-if'), ({ request }) =>
      HttpResponse.json(makeWhatIf(new URL(request.url).searchParams.getAll('max_length').map(Number))),
    ),
  );
  if (refusal !== null) {
    server.use(http.get(api('/datasets/ds_1/statistics'), () => refusal, { once: true }));
  }
  render(<DatasetStatistics dataset={makeDetail(changes)} route={route} onNavigate={onNavigate} />);
}

it('shows figures, lengths as a table, and splits', async () => {
  renderDatasetStatistics(makeStatistics());
  expect(await screen.findByText('5,234,567')).toHaveClass('text-blue-400');
  expect(screen.getByText('of 50,257')).toBeInTheDocument();
  expect(screen.getByText('487.5')).toBeInTheDocument();
  const table = screen.getByRole('table', { name: 'Samples by length in tokens' });
  expect(table).toHaveTextContent('101–2009,850');
  expect(screen.getByText('80.0% of total')).toBeInTheDocument();
  const scale = screen.getByRole('button', { name: 'Use log scale', pressed: false });
  expect(scale).toHaveClass('aria-pressed:bg-emerald-800');
  await userEvent.click(scale);
  expect(scale).toHaveAttribute('aria-pressed', 'true');
  expect(table).toHaveTextContent('8–153');
});

it('shows the costs of each length up to the longest sample', async () => {
  renderDatasetStatistics(makeStatistics());
  const slider = await screen.findByRole('slider', { name: /max_length/ });
  expect(slider).toHaveAttribute('aria-valuetext', '2,048 tokens');
});

it('shows that the dataset is not tokenized yet', async () => {
  renderDatasetStatistics(makeStatistics({ tokens: null, tokenization_id: null }));
  expect(await screen.findByText(/open the Tokenization tab/)).toBeInTheDocument();
});

it('offers a choice among several tokenizations', async () => {
  const other = makeReadyTokenization({ id: 'tok_2', tokenizer: 'llama' });
  renderDatasetStatistics(makeStatistics(), { tokenizations: [makeReadyTokenization(), other] });
  await userEvent.selectOptions(await screen.findByLabelText('Tokenization'), 'tok_2');
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { tokenization: 'tok_2' }));
});

it('shows why loading failed, and retries', async () => {
  renderDatasetStatistics(makeStatistics(), {}, problem(409, 'not_ready', 'Not ready.'));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not ready.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('5,234,567')).toBeInTheDocument();
});

it('explains why the tokenization has fewer tokens', async () => {
  renderDatasetStatistics(makeStatistics(), {
    tokenizations: [makeReadyTokenization({ num_tokens: 5_000_000 })],
  });
  expect(await screen.findByText(/The tokenization keeps 5,000,000 of them/)).toBeInTheDocument();
});

it('explains nothing if the numbers agree', async () => {
  renderDatasetStatistics(makeStatistics(), {
    tokenizations: [makeReadyTokenization({ num_tokens: 5_234_567 })],
  });
  expect(await screen.findByText('5,234,567')).toBeInTheDocument();
  expect(screen.queryByText(/counts every sample in full/)).toBeNull();
});

it('shows every figure of one split, which the address names', async () => {
  const tokens = { ...makeTokenStatistics(), samples: 1_990, tokens: 77, characters_per_token: 3.5 };
  const [train, validation] = makeStatistics().splits;
  if (train === undefined || validation === undefined) throw new Error('The fixture has two splits.');
  renderDatasetStatistics(
    makeStatistics({ splits: [train, { ...validation, tokens }] }),
    {},
    null,
    makeDatasetRoute('ds_1', { split: 'validation' }),
  );
  expect(await screen.findByLabelText('Split')).toHaveValue('validation');
  expect(screen.getByText('77')).toHaveClass('text-blue-400');
  expect(screen.getByText('3.5')).toBeInTheDocument();
  expect(screen.getByText(/count the 1,990 samples.* other 10 have a null text/)).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('Split'), 'train');
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { split: 'train' }));
});

it('says that the tokenization does not cover a split', async () => {
  renderDatasetStatistics(makeStatistics(), {}, null, makeDatasetRoute('ds_1', { split: 'train' }));
  expect(await screen.findByText(/does not cover this split/)).toBeInTheDocument();
});

it('shows characters, nulls and empty texts', async () => {
  renderDatasetStatistics(makeStatistics({ characters: 123_456, null_texts: 7, empty_texts: 5 }));
  const texts = await screen.findByRole('region', { name: 'Texts of All Splits' });
  expect(texts).toHaveTextContent('Characters123,456');
  expect(texts).toHaveTextContent('Null texts7Empty texts5');
});
