import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../../test/axe';
import { makeDataset, makeSubsetPreview } from '../../../../test/fixtures';
import { api, problem, server } from '../../../../test/server';
import { makeDatasetRoute } from '../../../../utils/route';
import SaveDialog from './SaveDialog';

const onClose = jest.fn();
const onOpen = jest.fn();
const sent: unknown[] = [];

/** Render the dialog for a search; `taken` rows are found. */
function renderSaveDialog(taken = 50): void {
  server.use(
    http.post(api('/datasets/ds_1/subset/preview'), () => HttpResponse.json(makeSubsetPreview({ taken }))),
    http.post(api('/datasets/ds_1/subset'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_2', name: 'dogs' }));
    }),
  );
  render(
    <SaveDialog route={makeDatasetRoute('ds_1', { search: 'dog' })} onClose={onClose} onOpen={onOpen} />,
  );
}

it('shows what comes, starts it, and says where it is', async () => {
  renderSaveDialog();
  expect(await screen.findByText('50 rows of 100 kept, 50 dropped.')).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('dialog', { name: 'Save as dataset' }))).toEqual([]);
  await userEvent.selectOptions(screen.getByLabelText('How much'), 'The first rows');
  await userEvent.clear(screen.getByLabelText('Number of rows'));
  expect(screen.getByRole('alert')).toHaveTextContent('The number of rows is a whole number of at least 1.');
  await userEvent.type(screen.getByLabelText('Number of rows'), '20');
  await userEvent.type(screen.getByLabelText('Name'), 'dogs');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText(/is being made/)).toHaveTextContent('“dogs” is being made.');
  expect(sent).toEqual([{ search: 'dog', mode: 'words', rows: 20, name: 'dogs' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Open it' }));
  expect(onOpen).toHaveBeenCalledWith('ds_2');
});

it('saves nothing if nothing is found', async () => {
  renderSaveDialog(0);
  expect(await screen.findByText('0 rows of 100 kept, 100 dropped.')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
});

it('shows refusals, and closes', async () => {
  renderSaveDialog();
  server.use(
    http.post(api('/datasets/ds_1/subset'), () => problem(409, 'exists', '“dogs” is here already.')),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('“dogs” is here already.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onClose).toHaveBeenCalledTimes(1);
});
