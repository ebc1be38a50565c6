import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeDetail } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeReadyTokenization, makeStatistics, makeWhatIf } from '../../../test/tokenizationFixtures';
import type { DatasetDetail, DatasetStatistics as Statistics } from '../../../types/dataset';
import { makeDatasetRoute } from '../../../utils/route';
import DatasetStatistics from './DatasetStatistics';

const onNavigate = jest.fn();

/** The tab over a server that answers with `statistics`, the first time with `refusal` where there is one. */
function show(
  statistics: Statistics,
  changes: Partial<DatasetDetail> = {},
  refusal: HttpResponse<string> | null = null,
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
  render(
    <DatasetStatistics
      dataset={makeDetail(changes)}
      route={makeDatasetRoute('ds_1')}
      onNavigate={onNavigate}
    />,
  );
}

it('shows exact figures, the lengths as a table too, and the splits', async () => {
  show(makeStatistics());
  expect(await screen.findByText('5,234,567')).toHaveClass('text-blue-400');
  expect(screen.getByText('of 50,257')).toBeInTheDocument();
  expect(screen.getByText('487.5')).toBeInTheDocument();
  const table = screen.getByRole('table', { name: 'Samples by their length in tokens' });
  expect(table).toHaveTextContent('101–2009,850');
  expect(screen.getByText('80.0% of total')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Logarithmic' }));
  expect(table).toHaveTextContent('8–153');
});

it('says what a length would cost, up to the longest sample', async () => {
  show(makeStatistics());
  const slider = await screen.findByRole('slider', { name: /max_length/ });
  expect(slider).toHaveAttribute('aria-valuetext', '2,048 tokens');
});

it('says that there are no tokens yet', async () => {
  show(makeStatistics({ tokens: null, tokenization_id: null }));
  expect(await screen.findByText(/see the Tokenization tab/)).toBeInTheDocument();
});

it('lets one choose among several tokenizations', async () => {
  const other = makeReadyTokenization({ id: 'tok_2', tokenizer: 'llama' });
  show(makeStatistics(), { tokenizations: [makeReadyTokenization(), other] });
  await userEvent.selectOptions(await screen.findByLabelText('Tokenization'), 'tok_2');
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_1', { tokenization: 'tok_2' }));
});

it('says why there are no figures, and asks again', async () => {
  show(makeStatistics(), {}, problem(409, 'not_ready', 'Not ready.'));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not ready.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('5,234,567')).toBeInTheDocument();
});

it('says why the tokenization has another number of tokens', async () => {
  show(makeStatistics(), { tokenizations: [makeReadyTokenization({ num_tokens: 5_000_000 })] });
  expect(await screen.findByText(/the tokenization has 5,000,000 of them/)).toBeInTheDocument();
});

it('says nothing of that where it has the same number', async () => {
  show(makeStatistics(), { tokenizations: [makeReadyTokenization({ num_tokens: 5_234_567 })] });
  expect(await screen.findByText('5,234,567')).toBeInTheDocument();
  expect(screen.queryByText(/counts every sample whole/)).toBeNull();
});
