import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDataset, makeTokenization } from '../../../test/fixtures';
import { makeDeletePreview } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import { DeleteDatasetsDialog } from './DeleteDatasetsDialog';

const onClose = jest.fn();
const onDeleted = jest.fn();
const DATASETS = [makeDataset(), makeDataset({ id: 'ds_2', name: 'OpenWebText' })];
const REFERENCE = {
  id: 'ref_1',
  dataset_id: 'ds_2',
  kind: 'training_run',
  ref_id: 'r',
  name: 'run 7',
  created_at: '',
};

/** Render the dialog, and serve the response of `answer` for each deletion. */
function renderDeleteDatasetsDialog(isSecondUsed: boolean, answer: () => HttpResponse<string>): void {
  server.use(
    http.delete(api('/datasets/:id'), ({ request, params }) => {
      const second = params.id === 'ds_2';
      const changes = second && isSecondUsed ? { allowed: false, references: [REFERENCE] } : {};
      const preview = {
        dataset_id: String(params.id),
        name: second ? 'OpenWebText' : 'TinyStories',
        ...changes,
      };
      return request.url.includes('dry_run')
        ? HttpResponse.json(makeDeletePreview({ ...preview, tokenizations: [makeTokenization()] }))
        : answer();
    }),
  );
  render(<DeleteDatasetsDialog datasets={DATASETS} onClose={onClose} onDeleted={onDeleted} />);
}

const respondDeleted = () => new HttpResponse<string>(null, { status: 204 });

it('shows what each deletion removes, and deletes all', async () => {
  renderDeleteDatasetsDialog(false, respondDeleted);
  expect(await screen.findByText('902.0 MB')).toBeInTheDocument();
  expect(screen.getByText('OpenWebText with 1 tokenization')).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('dialog', { name: 'Delete 2 datasets?' }))).toEqual([]);
  expect(screen.getByRole('button', { name: 'Keep them' })).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Delete all' }));
  await waitFor(() => expect(onDeleted).toHaveBeenCalledTimes(1));
});

it('keeps datasets in use, and names what uses them', async () => {
  renderDeleteDatasetsDialog(true, respondDeleted);
  expect(await screen.findByText('OpenWebText stays: used by run 7')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Delete 1' }));
  await waitFor(() => expect(onDeleted).toHaveBeenCalledTimes(1));
});

it('stays open, and shows what could not be deleted', async () => {
  renderDeleteDatasetsDialog(false, () => problem(503, 'unavailable', 'Not now.'));
  await userEvent.click(await screen.findByRole('button', { name: 'Delete all' }));
  expect((await screen.findAllByRole('alert'))[0]).toHaveTextContent('Not now.');
  expect(onDeleted).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Keep them' }));
  expect(onClose).toHaveBeenCalledTimes(1);
});
