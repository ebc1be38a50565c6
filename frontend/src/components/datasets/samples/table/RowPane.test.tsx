import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeSample } from '../../../../test/fixtures';
import { api, server } from '../../../../test/server';
import { RowPane } from './RowPane';

function serveRow(changes: Parameters<typeof makeSample>[0]) {
  const sample = { ...makeSample(changes), tokenization_id: null, tokens: null, tokens_note: null };
  server.use(http.get(api('/datasets/ds_1/samples/train/7'), () => HttpResponse.json(sample)));
}

it('shows the row in full with its link, and closes', async () => {
  serveRow({ text: 'A long text', columns: { stars: 5, note: '' } });
  const onClose = jest.fn();
  render(
    <RowPane datasetId="ds_1" textColumn="body" sample={{ split: 'train', row: 7 }} onClose={onClose} />,
  );
  expect(await screen.findByText('A long text')).toBeInTheDocument();
  expect(screen.getByText('body')).toBeInTheDocument();
  expect(screen.getByText('empty')).toBeInTheDocument();
  const link = screen.getByRole('link', { name: 'Link' });
  expect(link).toHaveAttribute('href', expect.stringMatching(/\/datasets\/ds_1\/samples\/train\/7$/));
  await userEvent.click(screen.getByRole('button', { name: 'Close the row' }));
  expect(onClose).toHaveBeenCalled();
});

it('shows a missing text as null, and conversations as bubbles', async () => {
  serveRow({ text: '', text_is_null: true, columns: { chat: [{ role: 'user', content: 'Hello' }] } });
  render(
    <RowPane datasetId="ds_1" textColumn="text" sample={{ split: 'train', row: 7 }} onClose={jest.fn()} />,
  );
  expect(await screen.findByText('null')).toBeInTheDocument();
  expect(screen.getByText('Hello')).toBeInTheDocument();
});
