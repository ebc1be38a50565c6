import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeDataset } from '../../../test/fixtures';
import { api, server } from '../../../test/server';
import RepositoryActions from './RepositoryActions';

it('starts a larger part and links to it', async () => {
  const made = makeDataset({ id: 'ds_2', name: 'stories, first 20 rows' });
  server.use(http.post(api('/datasets/ds_1/extend'), () => HttpResponse.json(made)));
  render(<RepositoryActions dataset={makeDataset({ amount: { kind: 'rows', rows: 10 } })} />);
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
  await userEvent.type(screen.getByLabelText('Rows in all'), '20');
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
  expect(await screen.findByRole('link', { name: '“stories, first 20 rows”' })).toHaveAttribute(
    'href',
    '/datasets/ds_2/overview',
  );
});

it('offers no more of a whole repository', () => {
  render(<RepositoryActions dataset={makeDataset()} />);
  expect(screen.queryByRole('button', { name: 'Get more' })).not.toBeInTheDocument();
});
