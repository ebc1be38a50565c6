import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { openStorage } from '../../hooks/useRoute';
import { violations } from '../../test/axe';
import { aDataset, aDeletePreview, aList, aStorage } from '../../test/fixtures';
import { FakeUpload, useFakeUploads } from '../../test/fakeUpload';
import { api, problem, server } from '../../test/server';
import { DatasetsPanel } from './DatasetsPanel';

const ONE = aDataset();
const OTHER = aDataset({ id: 'ds_2', name: 'OpenWebText' });

function serve(...datasets: Parameters<typeof aList>[0]): void {
  server.use(http.get(api('/datasets'), () => HttpResponse.json(aList(datasets))));
}

describe('several datasets at once', () => {
  beforeEach(() => {
    serve(ONE, OTHER);
    server.use(
      http.delete(api('/datasets/:id'), ({ request, params }) => {
        const id = String(params.id);
        const preview = aDeletePreview({ dataset_id: id, name: id, allowed: id === 'ds_1' });
        return request.url.includes('dry_run')
          ? HttpResponse.json(preview)
          : new HttpResponse(null, { status: 204 });
      }),
    );
  });

  it('are chosen and deleted together, except what is in use', async () => {
    render(<DatasetsPanel />);
    await userEvent.click(await screen.findByRole('button', { name: 'Select' }));
    expect(screen.getByRole('button', { name: 'Delete…' })).toBeDisabled();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose TinyStories' }));
    await userEvent.click(screen.getByRole('button', { name: 'Choose all' }));
    expect(screen.getByText('2 chosen')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Delete…' }));
    expect(await screen.findByText(/ds_2 stays/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Delete 1' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.queryByText('TinyStories')).toBeNull();
    expect(screen.getByText('OpenWebText')).toBeInTheDocument();
  });

  it('are let go again', async () => {
    render(<DatasetsPanel />);
    await userEvent.click(await screen.findByRole('button', { name: 'Select' }));
    await userEvent.click(screen.getByRole('button', { name: 'Done' }));
    expect(screen.queryByRole('checkbox')).toBeNull();
  });
});

describe('the disk', () => {
  it('shows what uses it, largest first, and leads to the delete', async () => {
    serve(ONE);
    const part = { part: 'raw', tokenization_id: null, label: 'Data', size_bytes: 10 } as const;
    const small = { dataset_id: 'ds_1', name: 'Small', size_bytes: 10, parts: [part] };
    const large = { dataset_id: 'ds_2', name: 'Large', size_bytes: 2048, parts: [part] };
    server.use(
      http.get(api('/system/storage'), () => HttpResponse.json(aStorage({ datasets: [small, large] }))),
      http.delete(api('/datasets/:id'), () => HttpResponse.json(aDeletePreview({ name: 'Large' }))),
    );
    openStorage();
    render(<DatasetsPanel />);
    const list = await screen.findByRole('list', { name: 'Datasets by size' });
    expect([...list.querySelectorAll('h3')].map(({ textContent }) => textContent)).toEqual([
      'Large',
      'Small',
    ]);
    expect(await violations(screen.getByRole('dialog'))).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Delete Large' }));
    expect(await screen.findByRole('dialog', { name: 'Delete Large?' })).toBeInTheDocument();
  });

  it('says why it cannot be measured', async () => {
    serve();
    server.use(http.get(api('/system/storage'), () => problem(503, 'unavailable', 'Not now.')));
    openStorage();
    render(<DatasetsPanel />);
    expect(await screen.findByText('Not now.')).toBeInTheDocument();
  });
});

describe('the other ways in', () => {
  beforeEach(() => {
    serve();
    useFakeUploads();
  });
  afterEach(() => jest.restoreAllMocks());

  it('imports files from the picker, and shows how much has been sent', async () => {
    render(<DatasetsPanel />);
    await screen.findByText(/No datasets yet/);
    await userEvent.upload(screen.getByLabelText('Files to import'), [
      new File(['a\n'], 'notes.txt', { type: 'text/plain' }),
    ]);
    const upload = FakeUpload.current();
    expect(upload.address).toBe('/api/datasets/upload');
    expect((upload.form?.get('files') as File).name).toBe('notes.txt');
    act(() => upload.got(512, 2048));
    expect(screen.getByRole('progressbar', { name: 'Sending notes.txt' })).toHaveAttribute(
      'aria-valuenow',
      '25',
    );
    expect(screen.getByText('512 B of 2.0 KB sent')).toBeInTheDocument();
    upload.answer(202, aDataset({ id: 'ds_9', name: 'notes' }));
    expect(await screen.findByText('notes')).toBeInTheDocument();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('stops an import at a wish', async () => {
    render(<DatasetsPanel />);
    await screen.findByText(/No datasets yet/);
    await userEvent.upload(screen.getByLabelText('Files to import'), [
      new File(['a'], 'a.txt'),
      new File(['b'], 'b.txt'),
    ]);
    expect(screen.getByText(/a.txt and 1 more/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Stop the import' }));
    await waitFor(() => expect(screen.queryByRole('progressbar')).toBeNull());
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('imports files that are dropped, and says why it could not', async () => {
    render(<DatasetsPanel />);
    await screen.findByText(/No datasets yet/);
    const dataTransfer = { types: ['Files'], files: [new File(['a'], 'a.exe')] };
    fireEvent.dragOver(window, { dataTransfer });
    expect(screen.getByText('Drop the files to import them')).toBeInTheDocument();
    fireEvent.drop(window, { dataTransfer });
    FakeUpload.current().answer(415, {
      status: 415,
      code: 'unsupported_file',
      detail: 'No reader for .exe.',
    });
    expect(await screen.findByRole('alert')).toHaveTextContent('No reader for .exe.');
    await userEvent.click(screen.getByRole('button', { name: 'Close this message' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('says that nothing answered', async () => {
    render(<DatasetsPanel />);
    await screen.findByText(/No datasets yet/);
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files: [new File(['a'], 'a.txt')] } });
    FakeUpload.current().onerror?.();
    expect(await screen.findByRole('alert')).toHaveTextContent('The server does not answer.');
  });

  it('loads the sample', async () => {
    render(<DatasetsPanel />);
    await userEvent.click(await screen.findByRole('button', { name: 'Load the sample' }));
    expect(await screen.findByText('sample')).toBeInTheDocument();
  });
});
