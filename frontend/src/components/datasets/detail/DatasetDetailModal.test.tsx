import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { useDetailStore } from '../../../stores/detailStore';
import { findViolations } from '../../../test/axe';
import { makeDataset, makeDetail } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { type DatasetRoute, makeDatasetRoute } from '../../../utils/route';
import { DatasetDetailModal } from './DatasetDetailModal';

const ROUTE = makeDatasetRoute('ds_1');
const onNavigate = jest.fn();
const onClose = jest.fn();

function show(changes: Partial<DatasetRoute> = {}) {
  return render(
    <DatasetDetailModal route={{ ...ROUTE, ...changes }} onNavigate={onNavigate} onClose={onClose} />,
  );
}

it('is a dialog named by the dataset, with its tabs', async () => {
  show();
  expect(await screen.findByRole('dialog', { name: 'TinyStories' })).toBeInTheDocument();
  expect(screen.getByText('450.0 MB • 10,000 samples')).toHaveClass('text-slate-400', 'mt-1');
  expect(screen.getAllByRole('tab').map(({ textContent }) => textContent)).toEqual([
    'Overview',
    'Samples',
    'Statistics',
    'Tokenization',
  ]);
  expect(screen.getByRole('tabpanel', { name: 'Overview' })).toHaveTextContent('Dataset Information');
  expect(await findViolations()).toEqual([]);
});

it('shows the tab that the route names, and the first for one that there is not', async () => {
  show({ tab: 'samples' });
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
  expect(screen.getByRole('tab', { selected: true })).toHaveTextContent('Samples');
});

it('shows the first tab for one that there is not', async () => {
  show({ tab: 'surprise' });
  expect(await screen.findByText('Dataset Information')).toBeInTheDocument();
});

it('goes to another tab, and keeps what the samples are searched for', async () => {
  show({ split: 'train', search: 'castle', page: 3 });
  await userEvent.click(screen.getByRole('tab', { name: 'Samples' }));
  expect(onNavigate).toHaveBeenCalledWith({
    ...ROUTE,
    split: 'train',
    search: 'castle',
    page: 3,
    tab: 'samples',
  });
});

it('shows another tab from its beginning', async () => {
  const { rerender } = show();
  (await screen.findByRole('tabpanel')).scrollTop = 300;
  const other = { ...ROUTE, tab: 'samples' };
  rerender(<DatasetDetailModal route={other} onNavigate={onNavigate} onClose={onClose} />);
  expect(screen.getByRole('tabpanel', { name: 'Samples' }).scrollTop).toBe(0);
});

it('closes by its button and by Escape', async () => {
  show();
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  await userEvent.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(2);
});

it('is named after the list while the dataset is being got', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset({ name: 'From the list' })], loaded: true });
  show();
  expect(screen.getByRole('dialog', { name: 'From the list' })).toBeInTheDocument();
  expect(await screen.findByRole('dialog', { name: 'TinyStories' })).toBeInTheDocument();
});

it('shows what the list knows at once, and the rest when it has come', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset()], loaded: true });
  show();
  const panel = screen.getByRole('tabpanel', { name: 'Overview' });
  expect(panel).toHaveTextContent('Quick Stats');
  expect(panel).not.toHaveTextContent('Loading the dataset…');
  expect(screen.queryByRole('region', { name: 'Use it' })).not.toBeInTheDocument();
  expect(await screen.findByRole('region', { name: 'Use it' })).toBeInTheDocument();
});

it('waits for the rest where a tab needs more than the list knows', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset()], loaded: true });
  show({ tab: 'samples' });
  expect(screen.getByRole('tabpanel', { name: 'Samples' })).toHaveTextContent('Loading the dataset…');
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
});

it('says why there is nothing to show, and asks again', async () => {
  server.use(http.get(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.')));
  show();
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getByText('—')).toBeInTheDocument();
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail())));
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Dataset Information')).toBeInTheDocument();
});

it('says that the dataset was deleted elsewhere, and offers only to close', async () => {
  show({ tab: 'samples' });
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
  act(() => useDetailStore.getState().applyDeletion('ds_1'));
  expect(screen.getByRole('alert')).toHaveTextContent('it may have been deleted');
  expect(screen.queryByRole('tab')).toBeNull();
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
    '',
    'Back to the datasets',
  ]);
  expect(screen.getByRole('button', { name: 'Back to the datasets' })).toHaveFocus();
  expect(await findViolations()).toEqual([]);
});

it.each(['samples', 'statistics', 'tokenization'])(
  'says on %s why there is nothing yet, and once',
  async (tab) => {
    const broken = makeDetail({ status: 'error', num_samples: null, error_message: 'A line is no JSON.' });
    server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(broken)));
    show({ tab });
    expect(await screen.findByRole('region', { name: 'Status' })).toHaveTextContent('A line is no JSON.');
    expect(screen.getByRole('tabpanel').children).toHaveLength(1);
    expect(screen.getByText('450.0 MB')).toBeInTheDocument();
  },
);
