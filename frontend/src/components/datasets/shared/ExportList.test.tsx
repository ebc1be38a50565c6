import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { setAccessToken } from '../../../api/accessToken';
import { makeExport } from '../../../test/exportFixtures';
import { ExportList } from './ExportList';

const noop = (): Promise<void> => Promise.resolve();

afterEach(() => localStorage.clear());

it('shows a finished export with its notes, folder and files', () => {
  render(<ExportList exports={[makeExport()]} onDelete={noop} />);
  expect(screen.getByText('csv: 30 rows in 1 file, 2.0 KB')).toBeInTheDocument();
  expect(screen.getByText(/An empty cell is null/)).toBeInTheDocument();
  expect(screen.getByText('/data/datasets/ds_1/exports/job_1/files')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'train-00000-of-00001.csv' })).toHaveAttribute(
    'href',
    `${window.location.origin}/api/exports/job_1/files/train-00000-of-00001.csv`,
  );
});

it('has no links where the server asks for a token, which a link cannot carry', () => {
  setAccessToken('secret');
  render(<ExportList exports={[makeExport()]} onDelete={noop} />);
  expect(screen.queryByRole('link')).not.toBeInTheDocument();
  expect(screen.getByText('/data/datasets/ds_1/exports/job_1/files')).toBeInTheDocument();
});

it('shows the progress of one that is being written, and cancels it', async () => {
  const onDelete = jest.fn(noop);
  const running = makeExport({
    state: 'running',
    progress: 40,
    path: null,
    files: [],
    rows: null,
    notes: [],
  });
  render(<ExportList exports={[running]} onDelete={onDelete} />);
  expect(screen.getByRole('progressbar', { name: 'Progress of the csv export' })).toHaveAttribute(
    'aria-valuenow',
    '40',
  );
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(onDelete).toHaveBeenCalledWith('job_1'));
});

it('says why one failed', () => {
  const failed = makeExport({
    state: 'failed',
    path: null,
    files: [],
    rows: null,
    notes: [],
    error_code: 'disk_full',
    error_message: 'The disk is full.',
  });
  render(<ExportList exports={[failed]} onDelete={noop} />);
  expect(screen.getByRole('alert')).toHaveTextContent('The disk is full.');
});
