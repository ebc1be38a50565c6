import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { datasetRoute } from '../../hooks/useRoute';
import { useDetailStore } from '../../stores/detailStore';
import { violations } from '../../test/axe';
import { aDetail, aProgress, aTokenization } from '../../test/fixtures';
import { api, problem, server } from '../../test/server';
import { aReadyTokenization, aTokenizationDetail } from '../../test/tokenFixtures';
import type { DatasetDetail, Tokenization } from '../../types/dataset';
import TokenizationTab from './TokenizationTab';

const onNavigate = jest.fn();

function Shown({ tokenization }: { readonly tokenization: string | null }) {
  const detail = useDetailStore((state) => state.detail);
  return detail.kind === 'loaded' ? (
    <TokenizationTab
      dataset={detail.value}
      route={datasetRoute('ds_1', { tokenization })}
      onNavigate={onNavigate}
    />
  ) : null;
}

/** The tab over a server that has these tokenizations. */
async function show(tokenizations: Tokenization[], open: string | null = null): Promise<void> {
  serve({ tokenizations });
  await useDetailStore.getState().open('ds_1');
  render(<Shown tokenization={open} />);
}

function serve(changes: Partial<DatasetDetail>): void {
  server.use(
    http.get(api('/datasets/ds_1'), () => HttpResponse.json(aDetail(changes))),
    http.get(api('/models'), () => HttpResponse.json([])),
  );
}

it('starts a tokenization with what is typed, and lists it', async () => {
  await show([]);
  expect(screen.getByText(/None yet/)).toBeInTheDocument();
  const sent: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), async ({ request }) => {
      sent.push(await request.json());
      serve({ tokenizations: [aTokenization({ status: 'queued' })] });
      return HttpResponse.json(aTokenization({ status: 'queued' }), { status: 202 });
    }),
  );
  const button = screen.getByRole('button', { name: 'Apply & Tokenize Dataset' });
  expect(button).toBeDisabled();
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Max Sequence Length'), '512');
  await userEvent.selectOptions(screen.getByLabelText('Packing'), 'concat');
  await userEvent.click(screen.getByRole('switch', { name: 'Add Special Tokens' }));
  await userEvent.click(screen.getByRole('button', { name: 'More settings' }));
  await userEvent.type(screen.getByLabelText('Held out (per cent)'), '5');
  expect(await violations(screen.getByRole('form'))).toEqual([]);
  await userEvent.click(button);
  expect(await screen.findByRole('article', { name: 'Tokenization with gpt2' })).toHaveTextContent('queued');
  expect(sent).toEqual([
    {
      tokenizer: 'gpt2',
      revision: null,
      access_token: null,
      max_length: 512,
      padding: 'do_not_pad',
      truncation: true,
      packing: 'concat',
      add_special_tokens: false,
      return_attention_mask: true,
      keep_last_partial: false,
      shuffle_seed: null,
      heldout_fraction: 0.05,
      verify: 'sample',
    },
  ]);
});

it('says under the field what is wrong, before anything is sent and after', async () => {
  await show([]);
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Max Sequence Length'), '1');
  await userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('at least 2');
  await userEvent.clear(screen.getByLabelText('Max Sequence Length'));
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), () => problem(404, 'not_found', 'No such tokenizer.')),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));
  expect(await screen.findByText('No such tokenizer.')).toBeInTheDocument();
  server.use(http.post(api('/datasets/ds_1/tokenize'), () => problem(409, 'exists', 'It is there already.')));
  await userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));
  expect(await screen.findByText('It is there already.')).toBeInTheDocument();
});

it('shows a text of one’s own as tokens', async () => {
  await show([]);
  server.use(
    http.post(api('/tokenize-preview'), () =>
      HttpResponse.json({
        tokenizer: 'gpt2',
        revision: null,
        fingerprint: 'f',
        vocab_size: 50_257,
        max_length: 1024,
        special: { bos: null, eos: null, pad: null, unk: null, sep: null },
        tokens: [{ id: 15_496, text: 'Hello', kind: 'data', start: 0, end: 5 }],
        count: 3,
        truncated: 2,
        notes: ['Cut at the maximum.'],
      }),
    ),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Text to preview'), 'Hello');
  await userEvent.click(screen.getByRole('button', { name: 'Tokenize Preview' }));
  expect(await screen.findByTitle('id 15496')).toHaveTextContent('Hello');
  expect(screen.getByText('3 tokens, 2 of them cut • vocabulary of 50,257')).toBeInTheDocument();
  expect(screen.getByText('Cut at the maximum.')).toBeInTheDocument();
});

it('follows the work, and cancels it', async () => {
  await show([aTokenization()]);
  const event = aProgress({
    scope: 'tokenization',
    tokenization_id: 'tok_1',
    progress: 30,
    status: 'processing',
    done: 300,
    total: 1000,
    unit: 'rows',
  });
  await waitFor(() => {
    useDetailStore.getState().applyEvent(event);
    expect(screen.getByText('Tokenizing • 300 of 1,000 rows • 20 s left')).toBeInTheDocument();
  });
  expect(screen.getByRole('progressbar', { name: 'Progress of gpt2' })).toHaveAttribute(
    'aria-valuenow',
    '30',
  );
  server.use(
    http.post(api('/tokenizations/tok_1/cancel'), () => {
      serve({ tokenizations: [aTokenization({ status: 'cancelled' })], seq: 20 });
      return HttpResponse.json(aTokenization({ status: 'cancelled' }));
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Cancel gpt2' }));
  expect(await screen.findByText('cancelled')).toBeInTheDocument();
});

it('says why it failed, tries again, and says why that was refused', async () => {
  await show([aTokenization({ status: 'error', error_message: 'No more disk.' })]);
  expect(screen.getByText('No more disk.')).toBeInTheDocument();
  server.use(
    http.post(api('/tokenizations/tok_1/retry'), () => problem(507, 'disk_full', 'Still no more disk.')),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Retry gpt2' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Still no more disk.');
});

it('asks before it deletes', async () => {
  await show([aReadyTokenization()]);
  server.use(
    http.delete(api('/tokenizations/tok_1'), () => {
      serve({ tokenizations: [] });
      return new HttpResponse(null, { status: 204 });
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Delete the tokenization with gpt2' }));
  const dialog = screen.getByRole('dialog', { name: 'Delete the tokenization with gpt2?' });
  expect(dialog).toHaveTextContent('This frees 20.0 MB');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText(/None yet/)).toBeInTheDocument();
});

it('shows figures, and opens the books in the address', async () => {
  await show([aReadyTokenization()]);
  expect(screen.getByText(/10,000 rows • 5,000,000 tokens in 5,120,000 positions/)).toBeInTheDocument();
  expect(screen.getByText('at most 512 tokens • not padded')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show audit, ledger and rows' }));
  expect(onNavigate).toHaveBeenCalledWith(datasetRoute('ds_1', { tokenization: 'tok_1' }));
});

it('shows audit, ledger and rows, and traces a token to its document', async () => {
  const tokens = [
    { id: 1, text: '<s>', kind: 'special' },
    { id: 2, text: 'cat', kind: 'data' },
  ];
  const rows = { data: [{ split: 'train', row: 0, tokens, segments: [] }] };
  const pagination = { page: 1, limit: 1, total: 10_000, has_next: true, has_prev: false };
  server.use(
    http.get(api('/tokenizations/tok_1'), () => HttpResponse.json(aTokenizationDetail())),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json({ ...rows, pagination })),
    http.get(api('/tokenizations/tok_1/rows/0/trace'), ({ request }) => {
      const position = Number(new URL(request.url).searchParams.get('position'));
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
      const base = { tokenization_id: 'tok_1', dataset_id: 'ds_1', split: 'train', row: 0, position };
      return HttpResponse.json({ ...base, token: tokens[position], source: position === 0 ? null : source });
    }),
  );
  await show([aReadyTokenization()], 'tok_1');
  expect(await screen.findByRole('region', { name: 'Audit' })).toHaveTextContent('Passed with warnings');
  expect(screen.getByRole('region', { name: 'Ledger' })).toHaveTextContent('balances');
  expect(screen.getByRole('table', { name: 'What was written' })).toHaveTextContent(
    'Written positions5,120,000',
  );
  await userEvent.click(await screen.findByRole('button', { name: 'cat' }));
  expect(await screen.findByText(/sample #7 \(train, row 7\)/)).toHaveTextContent(
    'train.parquet • acme/cats at f54c09fd2331',
  );
  expect(screen.getByText('cat', { selector: 'mark' })).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: '<s>' }));
  expect(await screen.findByText(/a special token, which comes from/)).toBeInTheDocument();
});
