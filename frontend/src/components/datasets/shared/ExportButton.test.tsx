import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { api, server } from '../../../test/server';
import { ExportButton } from './ExportButton';

it('opens the window with the formats of what is exported', async () => {
  server.use(
    http.get(api('/datasets/ds_1/exports'), () => HttpResponse.json([])),
    http.get(api('/tokenizations/tok_1/export'), () =>
      HttpResponse.json({ rows: 1, bytes: 2, is_exact: true, columns: ['input_ids'], left_out: ['row'] }),
    ),
  );
  render(
    <ExportButton
      datasetId="ds_1"
      target={{ kind: 'tokenizations', id: 'tok_1' }}
      name="the tokens of gpt2"
    />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Export…' }));
  expect(await screen.findByRole('option', { name: 'MDS of mosaicml-streaming' })).toBeInTheDocument();
  expect(await screen.findByText('1 row, 2 B. Left out: row.')).toBeInTheDocument();
});
