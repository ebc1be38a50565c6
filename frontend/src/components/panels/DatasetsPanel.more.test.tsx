import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { openStorage } from '../../hooks/useRoute';
import { FakeUpload, useFakeUploads } from '../../test/fakeUpload';
import { makeDataset, makeList } from '../../test/fixtures';
import { makeDeletePreview, makeStorage } from '../../test/storageFixtures';
import { api, server } from '../../test/server';
import { DatasetsPanel } from './DatasetsPanel';

function serveDatasets(...datasets: Parameters<typeof makeList>[0]): void {
  server.use(http.get(api('/datasets'), () => HttpResponse.json(makeList(datasets))));
}

it('deletes several datasets except those in use', async () => {
  serveDatasets(makeDataset(), makeDataset({ id: 'ds_2', name: 'OpenWebText' }));
  server.use(
    http.delete(api('/datasets/:id'), ({ request, params }) => {
      const id = String(params.id);
      const preview = makeDeletePreview({ dataset_id: id, name: id, allowed: id === 'ds_1' });
      return request.url.includes('dry_run')
        ? HttpResponse.json(preview)
        : new HttpResponse(null, { status: 204 });
    }),
  );
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'Select' }));
  expect(screen.getByRole('checkbox', { name: 'Select TinyStories' })).toHaveFocus();
  await userEvent.click(screen.getByRole('checkbox', { name: 'Select TinyStories' }));
  await userEvent.click(screen.getByRole('button', { name: 'Select all' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete…' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Delete 1' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(screen.queryByText('TinyStories')).toBeNull();
  expect(screen.getByText('OpenWebText')).toBeInTheDocument();
  expect(screen.queryByRole('checkbox')).toBeNull();
});

it('returns the focus to the Select button', async () => {
  serveDatasets(makeDataset(), makeDataset({ id: 'ds_2', name: 'OpenWebText' }));
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'Select' }));
  await userEvent.click(screen.getByRole('button', { name: 'Cancel selection' }));
  expect(screen.getByRole('button', { name: 'Select' })).toHaveFocus();
});

it('deletes a dataset from the storage dialog', async () => {
  serveDatasets(makeDataset());
  const dataset = { dataset_id: 'ds_2', name: 'Large', size_bytes: 2048, parts: [] };
  server.use(
    http.get(api('/system/storage'), () => HttpResponse.json(makeStorage({ datasets: [dataset] }))),
    http.delete(api('/datasets/:id'), () => HttpResponse.json(makeDeletePreview({ name: 'Large' }))),
  );
  openStorage();
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete Large' }));
  expect(await screen.findByRole('dialog', { name: 'Delete Large?' })).toBeInTheDocument();
});

it('lists a dropped file', async () => {
  serveDatasets();
  useFakeUploads();
  render(<DatasetsPanel />);
  await screen.findByText(/No datasets yet/);
  fireEvent.drop(window, { dataTransfer: { types: ['Files'], files: [new File(['a'], 'a.txt')] } });
  await userEvent.click(await screen.findByRole('button', { name: 'Import' }));
  FakeUpload.current().answer(202, makeDataset({ id: 'ds_9', name: 'notes' }));
  expect(await screen.findByText('notes')).toBeInTheDocument();
  jest.restoreAllMocks();
});

it('lists the bundled sample', async () => {
  serveDatasets();
  render(<DatasetsPanel />);
  await userEvent.click(await screen.findByRole('button', { name: 'Load the sample' }));
  expect(await screen.findByText('sample')).toBeInTheDocument();
});
