import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDataset } from '../../../test/fixtures';
import { makeUpdate } from '../../../test/updateFixtures';
import { api, problem, server } from '../../../test/server';
import { NewerCommit } from './NewerCommit';

const onMade = jest.fn();

it('shows what a newer commit changes, and downloads it', async () => {
  const made = makeDataset({ id: 'ds_2' });
  server.use(
    http.get(api('/datasets/ds_1/update'), () => HttpResponse.json(makeUpdate({ changed_files: 5 }))),
    http.post(api('/datasets/ds_1/update'), () => HttpResponse.json(made)),
  );
  render(<NewerCommit dataset={makeDataset()} onMade={onMade} />);
  await userEvent.click(screen.getByRole('button', { name: 'Check for a newer commit' }));
  expect(await screen.findByRole('status')).toHaveTextContent(
    'A newer commit is there: 0123456789ab. 5 files changed, 3 unchanged. Update fetches 2.0 KB.',
  );
  expect(screen.getByRole('list', { name: 'Changed files' })).toHaveTextContent(
    'changed train-1.parquet1.0 KB • 40 rows hereadded train-2.parquet1.0 KB',
  );
  expect(screen.getByText('And 3 more.')).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('region', { name: 'Newer commit' }))).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Update' }));
  expect(onMade).toHaveBeenCalledWith(made);
});

it('says that there is none, and takes a token for a gated repository', async () => {
  const tokens: unknown[] = [];
  server.use(
    http.get(api('/datasets/ds_1/update'), ({ request }) => {
      tokens.push(request.headers.get('X-HF-Token'));
      return HttpResponse.json(makeUpdate({ is_newer: false, files: [], changed_files: 0 }));
    }),
  );
  const metadata = { ...makeDataset().metadata, gated: true };
  render(<NewerCommit dataset={makeDataset({ metadata })} onMade={onMade} />);
  await userEvent.type(screen.getByLabelText('Access Token'), 'hf_x');
  await userEvent.click(screen.getByRole('button', { name: 'Check for a newer commit' }));
  expect(await screen.findByRole('status')).toHaveTextContent('This dataset is at the newest commit.');
  expect(screen.queryByRole('button', { name: 'Update' })).not.toBeInTheDocument();
  expect(tokens).toEqual(['hf_x']);
});

it('shows refusals', async () => {
  server.use(http.get(api('/datasets/ds_1/update'), () => problem(503, 'hub_unreachable', 'No answer.')));
  render(<NewerCommit dataset={makeDataset()} onMade={onMade} />);
  await userEvent.click(screen.getByRole('button', { name: 'Check for a newer commit' }));
  expect(await screen.findByText('No answer.')).toBeInTheDocument();
});
