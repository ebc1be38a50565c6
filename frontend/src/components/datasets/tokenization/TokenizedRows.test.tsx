import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { api, problem, server } from '../../../test/server';
import { makeRowPage, makeTokenizationDetail } from '../../../test/tokenizationFixtures';
import type { TokenizationDetail } from '../../../types/dataset';
import { TokenizedRows } from './TokenizedRows';

const SPLITS = [
  { name: 'train', rows: 10_000, is_held_out: false },
  { name: 'train_heldout', rows: 2, is_held_out: true },
];

let asked: string[];

function renderTokenizedRows(changes: Partial<TokenizationDetail> = {}): void {
  asked = [];
  server.use(
    http.get(api('/tokenizations/tok_1/rows'), ({ request }) => {
      const { search, searchParams } = new URL(request.url);
      asked.push(search);
      return HttpResponse.json(
        makeRowPage(searchParams.get('split') ?? '', Number(searchParams.get('page')) - 1),
      );
    }),
  );
  render(<TokenizedRows tokenization={makeTokenizationDetail({ splits: SPLITS, ...changes })} />);
}

it('goes to the next row and to any row of any split', async () => {
  renderTokenizedRows();
  expect(await screen.findByRole('list', { name: 'Tokens of row 0' })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Previous row' })).toBeDisabled();
  await userEvent.click(screen.getByRole('button', { name: 'Next row' }));
  expect(await screen.findByRole('list', { name: 'Tokens of row 1' })).toBeInTheDocument();
  const row = screen.getByLabelText('Row');
  await userEvent.clear(row);
  await userEvent.type(row, '9999{Enter}');
  expect(await screen.findByRole('list', { name: 'Tokens of row 9999' })).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('Split to show'), 'train_heldout');
  expect(await screen.findByRole('list', { name: 'Tokens of row 0' })).toBeInTheDocument();
  expect(screen.getByRole('option', { selected: true })).toHaveTextContent('train_heldout: 2 rows, held out');
  await userEvent.click(screen.getByRole('button', { name: 'Next row' }));
  expect(screen.getByRole('button', { name: 'Next row' })).toBeDisabled();
  expect(asked).toEqual([
    '?split=train&page=1&limit=1',
    '?split=train&page=2&limit=1',
    '?split=train&page=10000&limit=1',
    '?split=train_heldout&page=1&limit=1',
    '?split=train_heldout&page=2&limit=1',
  ]);
});

it('traces a token to its document', async () => {
  const source = {
    split: 'train',
    row: 7,
    sample_id: 7,
    char_start: 102,
    char_end: 105,
    text: 'a cat sat',
    text_start: 100,
    file: 'train.parquet',
    file_sha256: null,
    repo: 'acme/cats',
    config: null,
    commit: 'f54c09fd23315a6f',
  };
  server.use(
    http.get(api('/tokenizations/tok_1/rows/0/trace'), ({ request }) => {
      const position = Number(new URL(request.url).searchParams.get('position'));
      const token = makeRowPage().data[0]?.tokens[position];
      const place = { tokenization_id: 'tok_1', dataset_id: 'ds_1', split: 'train', row: 0, position };
      return HttpResponse.json({ ...place, token, source: position === 0 ? null : source });
    }),
  );
  renderTokenizedRows();
  await userEvent.click(await screen.findByRole('button', { name: 'cat' }));
  expect(await screen.findByText(/sample #7 \(train, row 7\)/)).toHaveTextContent(
    'train.parquet • acme/cats at f54c09fd2331',
  );
  expect(screen.getByText('cat', { selector: 'mark' })).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('region', { name: 'Rows' }))).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: '<s>' }));
  expect(await screen.findByText(/a special token, which belongs to no document/)).toBeInTheDocument();
});

it('shows why a row cannot be loaded, and goes to another one', async () => {
  renderTokenizedRows({ splits: SPLITS.slice(0, 1) });
  server.use(
    http.get(api('/tokenizations/tok_1/rows'), () => problem(410, 'data_missing', 'It is gone.'), {
      once: true,
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Next row' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('It is gone.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('list', { name: 'Tokens of row 1' })).toBeInTheDocument();
});
