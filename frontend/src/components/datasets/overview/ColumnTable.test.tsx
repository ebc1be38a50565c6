import { render, screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeColumnProfile, makeDetail } from '../../../test/fixtures';
import { api, server } from '../../../test/server';
import ColumnTable from './ColumnTable';

it('shows the figures of each column', async () => {
  const detail = makeDetail();
  const column = { name: 'stars', type: 'int64', kind: 'other' as const, nulls: 2, characters: null };
  const columns = [
    { ...column, feature: null, labels: [] },
    { ...column, name: 'body', type: 'string', feature: null, labels: [] },
  ];
  const top = [{ value: 5, count: 60, is_cut: false }];
  const stars = makeColumnProfile({ name: 'stars', nulls: 2, top });
  const body = makeColumnProfile({
    name: 'body',
    distinct: 200_000,
    distinct_is_exact: false,
    measure: 'length',
  });
  server.use(
    http.get(api('/datasets/ds_1/columns'), () =>
      HttpResponse.json({ state: 'ready', progress: 100, error: null, data: [stars, body] }),
    ),
  );
  render(<ColumnTable dataset={{ ...detail, id: 'ds_1', metadata: { ...detail.metadata, columns } }} />);
  expect(await screen.findByRole('cell', { name: '5 (60)' })).toBeInTheDocument();
  expect(screen.getByRole('cell', { name: '≈ 200,000' })).toBeInTheDocument();
  expect(screen.getByRole('cell', { name: '5 long' })).toBeInTheDocument();
  const link = screen.getByRole('link', { name: 'stars' });
  expect(link).toHaveAttribute('href', '/datasets/ds_1/samples?view=table');
});
