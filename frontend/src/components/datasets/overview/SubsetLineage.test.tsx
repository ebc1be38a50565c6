import { render, screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeDetail } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { SubsetLineage } from './SubsetLineage';

it('links the parents that are here, and shows the ledger', async () => {
  server.use(
    http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail())),
    http.get(api('/datasets/ds_2'), () => problem(404, 'not_found', 'There is no dataset ds_2.')),
  );
  const parents = [
    { dataset_id: 'ds_1', manifest_sha256: 'a', name: 'pets' },
    { dataset_id: 'ds_2', manifest_sha256: 'b', name: 'benchmark' },
  ];
  const stages = [
    { kind: 'filter', rows: 1_000, kept: 600, dropped: { other_split: 100, not_matched: 300 } },
    { kind: 'dedup_exact', rows: 600, kept: 600, dropped: {} },
  ];
  render(<SubsetLineage subset={{ parents, stages, request: {}, rows: 1_000, kept: 600 }} />);
  expect(await screen.findByRole('link', { name: 'pets' })).toHaveAttribute(
    'href',
    '/datasets/ds_1/overview',
  );
  expect(await screen.findByText('• deleted since')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'benchmark' })).not.toBeInTheDocument();
  const [filter, dedup] = screen.getAllByRole('listitem').slice(2);
  expect(filter).toHaveTextContent('filter600 of 1,000 kept • dropped: 100 other split, 300 not matched');
  expect(dedup).toHaveTextContent('dedup exact600 of 600 kept');
  expect(screen.getByText('600 rows of 1,000.')).toBeInTheDocument();
});
