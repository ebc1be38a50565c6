import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { findViolations } from '../../../test/axe';
import { makeDataset, makeDeletePreview } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import type { DeletePreview } from '../../../types/dataset';
import { DeleteDatasetDialog } from './DeleteDatasetDialog';

const onClose = jest.fn();

/** Answers the dry run with `preview`, the delete itself with `answer`. */
function serve(preview: DeletePreview, answer = () => new HttpResponse<string>(null, { status: 204 })): void {
  server.use(
    http.delete(api('/datasets/ds_1'), ({ request }) =>
      new URL(request.url).searchParams.get('dry_run') === 'true' ? HttpResponse.json(preview) : answer(),
    ),
  );
}

function show(): void {
  useDatasetsStore.setState({ datasets: [makeDataset()], total: 1, loaded: true });
  render(<DeleteDatasetDialog dataset={makeDataset()} onClose={onClose} />);
}

it('shows what would go, and deletes it once that is confirmed', async () => {
  serve(makeDeletePreview());
  show();
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
  expect(await screen.findByText('Search index')).toBeInTheDocument();
  expect(await findViolations()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(onClose).toHaveBeenCalled());
  expect(useDatasetsStore.getState().datasets).toEqual([]);
});

it('keeps it', async () => {
  serve(makeDeletePreview());
  show();
  await userEvent.click(screen.getByRole('button', { name: 'Keep it' }));
  expect(onClose).toHaveBeenCalled();
  expect(useDatasetsStore.getState().datasets).toHaveLength(1);
});

it('does not delete what something depends on', async () => {
  serve(makeDeletePreview({ allowed: false }));
  show();
  expect(await screen.findByText(/cannot be deleted while/)).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Delete' })).toBeDisabled();
});

it('says why the delete was refused after all, and looks again', async () => {
  serve(makeDeletePreview(), () => problem(409, 'in_use', 'A training run uses it.'));
  show();
  await screen.findByText('Search index');
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  expect(await screen.findByText('A training run uses it.')).toBeInTheDocument();
  expect(onClose).not.toHaveBeenCalled();
});

it('says why it is not known what would go, and asks again', async () => {
  server.use(
    http.delete(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.'), { once: true }),
  );
  serve(makeDeletePreview());
  server.use(
    http.delete(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.'), { once: true }),
  );
  show();
  await userEvent.click(await screen.findByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Search index')).toBeInTheDocument();
});
