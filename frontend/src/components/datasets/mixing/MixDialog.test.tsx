import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { MixDialog } from './MixDialog';

const SPLITS = [{ name: 'train', num_files: 1, num_rows: 100, num_bytes: 1 }];
const DATASETS = [
  makeDataset({ name: 'web', splits: SPLITS }),
  makeDataset({ id: 'ds_2', name: 'chat', splits: SPLITS }),
];
const onClose = jest.fn();
const onMixed = jest.fn();
const sent: unknown[] = [];

/** Render the dialog; the preview takes half of each part. */
function renderMixDialog(): void {
  server.use(
    http.post(api('/datasets/mix/preview'), () =>
      HttpResponse.json({
        by: 'rows',
        total: 200,
        parts: DATASETS.map(({ id, name }) => ({
          ...{ dataset: id, split: 'train', label: name, available_rows: 100, available: 100 },
          ...{ target: 100, rows: 100, share: 0.5, repeats: 1 },
        })),
      }),
    ),
    http.post(api('/datasets/mix'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_3' }));
    }),
  );
  render(<MixDialog datasets={DATASETS} onClose={onClose} onMixed={onMixed} />);
}

it('shows what comes, and starts the mixture', async () => {
  renderMixDialog();
  expect(await screen.findAllByText('It has 100 rows; 100 rows are taken: 50.0%.')).toHaveLength(2);
  expect(await findViolations(screen.getByRole('dialog', { name: 'Mix 2 datasets' }))).toEqual([]);
  const shareOf = (name: string) => within(screen.getByRole('group', { name })).getByLabelText('Share (%)');
  await userEvent.clear(shareOf('web'));
  await userEvent.type(shareOf('web'), '75');
  expect(screen.getByRole('alert')).toHaveTextContent('The shares add up to 125%.');
  expect(screen.getByRole('button', { name: 'Mix' })).toBeDisabled();
  await userEvent.clear(shareOf('chat'));
  await userEvent.type(shareOf('chat'), '25');
  await userEvent.type(screen.getByLabelText('Name'), 'blend');
  await userEvent.click(screen.getByRole('button', { name: 'Mix' }));
  await waitFor(() => expect(onMixed).toHaveBeenCalledTimes(1));
  expect(sent).toEqual([
    {
      ...{ name: 'blend', by: 'rows', seed: 0 },
      parts: [
        { dataset: DATASETS[0]?.id, split: 'train', share: 0.75, max_repeats: 1 },
        { dataset: 'ds_2', split: 'train', share: 0.25, max_repeats: 1 },
      ],
    },
  ]);
});

it('asks for a tokenizer, and shows refusals', async () => {
  renderMixDialog();
  await userEvent.selectOptions(screen.getByLabelText('Shares count'), 'tokens');
  expect(screen.getByRole('alert')).toHaveTextContent('Enter the tokenizer that counts the tokens.');
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  server.use(http.post(api('/datasets/mix'), () => problem(409, 'exists', '“blend” is here already.')));
  await userEvent.click(screen.getByRole('button', { name: 'Mix' }));
  expect(await screen.findByText('“blend” is here already.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onClose).toHaveBeenCalledTimes(1);
});
