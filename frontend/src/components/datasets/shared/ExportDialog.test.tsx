import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeExport } from '../../../test/exportFixtures';
import { api, problem, server } from '../../../test/server';
import type { Export } from '../../../types/dataset';
import ExportDialog from './ExportDialog';

const TARGET = { kind: 'datasets', id: 'ds_1' } as const;

function show(): void {
  render(<ExportDialog datasetId="ds_1" target={TARGET} name="stories" onClose={jest.fn()} />);
}

function serve(exports: Export[]): void {
  server.use(
    http.get(api('/datasets/ds_1/exports'), () => HttpResponse.json(exports)),
    http.get(api('/datasets/ds_1/export'), ({ request }) =>
      HttpResponse.json({
        rows: 30,
        bytes: 2_048,
        is_exact: new URL(request.url).searchParams.get('format') === 'csv',
        columns: ['text'],
        left_out: [],
      }),
    ),
  );
}

it('shows the size before it starts, and the files afterwards', async () => {
  const exports: Export[] = [];
  serve(exports);
  server.use(
    http.post(api('/datasets/ds_1/export'), () => {
      exports.unshift(makeExport());
      return HttpResponse.json(makeExport({ state: 'queued' }), { status: 202 });
    }),
  );
  show();
  expect(await screen.findByText('30 rows, about 2.0 KB.')).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('Format'), 'CSV');
  expect(await screen.findByText('30 rows, 2.0 KB.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Export' }));
  expect(await screen.findByText('csv: 30 rows in 1 file, 2.0 KB')).toBeInTheDocument();
});

it('shows why an export is refused', async () => {
  serve([]);
  server.use(http.post(api('/datasets/ds_1/export'), () => problem(507, 'disk_full', 'The disk is full.')));
  show();
  await screen.findByText('30 rows, about 2.0 KB.');
  await userEvent.click(await screen.findByRole('button', { name: 'Export' }));
  expect(await screen.findByText('The disk is full.')).toBeInTheDocument();
});

it('starts none while one is being written, nor shows those of tokenizations', async () => {
  serve([
    makeExport({ id: 'job_2', tokenization_id: 'tok_1', format: 'npy' }),
    makeExport({ state: 'running', path: null, files: [], rows: null }),
  ]);
  show();
  expect(await screen.findByRole('progressbar', { name: 'Progress of the csv export' })).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Export' })).toBeDisabled();
  expect(screen.queryByText(/npy/)).not.toBeInTheDocument();
});
