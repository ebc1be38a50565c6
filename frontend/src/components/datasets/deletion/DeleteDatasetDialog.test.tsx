import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { findViolations } from '../../../test/axe';
import { makeDataset } from '../../../test/fixtures';
import { makeDeletePreview } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import type { DeletePreview } from '../../../types/dataset';
import { DeleteDatasetDialog } from './DeleteDatasetDialog';

const onClose = jest.fn();

/** Serve `preview` for the dry run, and the response of `answer` for the deletion. */
function servePreview(
  preview: DeletePreview,
  answer = () => new HttpResponse<string>(null, { status: 204 }),
): void {
  server.use(
    http.delete(api('/datasets/ds_1'), ({ request }) =>
      new URL(request.url).searchParams.get('dry_run') === 'true' ? HttpResponse.json(preview) : answer(),
    ),
  );
}

function renderDeleteDatasetDialog(): void {
  useDatasetsStore.setState({ datasets: [makeDataset()], total: 1, loaded: true });
  render(<DeleteDatasetDialog dataset={makeDataset()} onClose={onClose} />);
}

it('shows what will be deleted, and deletes it after confirmation', async () => {
  servePreview(makeDeletePreview());
  renderDeleteDatasetDialog();
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
  expect(await screen.findByText('Search index')).toBeInTheDocument();
  expect(await findViolations()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(useDatasetsStore.getState().datasets).toEqual([]);
});

it('keeps the dataset', async () => {
  servePreview(makeDeletePreview());
  renderDeleteDatasetDialog();
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  expect(onClose).toHaveBeenCalled();
  expect(useDatasetsStore.getState().datasets).toHaveLength(1);
});

it('refuses to delete a dataset that is in use', async () => {
  servePreview(makeDeletePreview({ allowed: false }));
  renderDeleteDatasetDialog();
  expect(await screen.findByText(/cannot be deleted while/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
});

it('shows why a deletion was refused, and refreshes the preview', async () => {
  servePreview(makeDeletePreview(), () => problem(409, 'in_use', 'A training run uses it.'));
  renderDeleteDatasetDialog();
  await screen.findByText('Search index');
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText('A training run uses it.')).toBeInTheDocument();
  expect(onClose).not.toHaveBeenCalled();
});

it('shows why the preview failed, and retries', async () => {
  server.use(
    http.delete(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.'), { once: true }),
  );
  servePreview(makeDeletePreview());
  server.use(
    http.delete(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.'), { once: true }),
  );
  renderDeleteDatasetDialog();
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Search index')).toBeInTheDocument();
});
