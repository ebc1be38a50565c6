import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeColumnProfile, makeDetail, makeSample, makeSamplePage } from '../../../../test/fixtures';
import { api, server } from '../../../../test/server';
import { type DatasetRoute, makeDatasetRoute } from '../../../../utils/route';
import SamplesTable from './SamplesTable';

const DETAIL = makeDetail();
const STARS = {
  name: 'stars',
  type: 'int64',
  kind: 'other' as const,
  nulls: 0,
  characters: null,
  feature: null,
  labels: [],
};
const DATASET = {
  ...DETAIL,
  text_column: 'text',
  metadata: {
    ...DETAIL.metadata,
    columns: [{ ...STARS, name: 'text', type: 'string', kind: 'text' as const }, STARS],
  },
};
const SAMPLES = makeSamplePage([
  makeSample({ row: 3, text: 'First', columns: { stars: 5 } }),
  makeSample({ id: 2, row: 9, text: '', text_is_null: true, columns: { stars: null } }),
]);

interface TableData {
  readonly dataset: typeof DATASET;
  readonly samples: typeof SAMPLES;
}

function renderSamplesTable(changes: Partial<DatasetRoute> = {}, data: Partial<TableData> = {}) {
  const top = [{ value: 5, count: 1, is_cut: false }];
  const profiles = [makeColumnProfile({ name: 'stars', distinct: 1, top })];
  server.use(
    http.get(api('/datasets/ds_1/columns'), () =>
      HttpResponse.json({ state: 'ready', progress: 100, error: null, data: profiles }),
    ),
  );
  const onNavigate = jest.fn();
  const route = makeDatasetRoute('ds_1', { tab: 'samples', layout: 'table', page: 3, ...changes });
  const { dataset = DATASET, samples = SAMPLES } = data;
  const props = { dataset, samples, route, onNavigate };
  render(<SamplesTable {...props} busy={false} />);
  return { onNavigate, route };
}

it('shows a row per sample and a cell per column', () => {
  renderSamplesTable();
  expect(screen.getAllByRole('row')).toHaveLength(3);
  expect(screen.getAllByRole('cell').map(({ textContent }) => textContent)).toEqual([
    'First',
    '5',
    'null',
    'null',
  ]);
});

it('shows fields of objects as columns', () => {
  const field = { ...STARS, name: 'meta.lang', type: 'string' };
  const dataset = { ...DATASET, metadata: { ...DATASET.metadata, columns: [field] } };
  const samples = makeSamplePage([makeSample({ columns: { meta: { lang: 'en' } } })]);
  renderSamplesTable({}, { dataset, samples });
  expect(screen.getByRole('cell')).toHaveTextContent('en');
});

it('opens a row, by mouse and by keyboard', async () => {
  const { onNavigate, route } = renderSamplesTable();
  await userEvent.click(screen.getByText('First'));
  expect(onNavigate).toHaveBeenLastCalledWith({ ...route, sample: { split: 'train', row: 3 } });
  screen.getByRole('button', { name: '3 train' }).focus();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  expect(onNavigate).toHaveBeenLastCalledWith({ ...route, sample: { split: 'train', row: 9 } });
});

it('sorts and filters from the first page on', async () => {
  const { onNavigate, route } = renderSamplesTable({ where: ['["text","not_null"]'] });
  await userEvent.click(screen.getByRole('button', { name: 'stars' }));
  expect(onNavigate).toHaveBeenLastCalledWith({ ...route, orderBy: 'stars', page: 1 });
  await userEvent.click(await screen.findByRole('button', { name: '5: 1 row' }));
  const where = ['["text","not_null"]', '["stars","=",5]'];
  expect(onNavigate).toHaveBeenLastCalledWith({ ...route, where, page: 1 });
});
