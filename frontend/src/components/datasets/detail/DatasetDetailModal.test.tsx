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

function renderDatasetDetailModal(changes: Partial<DatasetRoute> = {}) {
  return render(
    <DatasetDetailModal route={{ ...ROUTE, ...changes }} onNavigate={onNavigate} onClose={onClose} />,
  );
}

it('is a dialog named by the dataset, with its tabs', async () => {
  renderDatasetDetailModal();
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

it('shows the tab that the route names', async () => {
  renderDatasetDetailModal({ tab: 'samples' });
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
  expect(screen.getByRole('tab', { selected: true })).toHaveTextContent('Samples');
});

it('shows the first tab for an unknown one', async () => {
  renderDatasetDetailModal({ tab: 'surprise' });
  expect(await screen.findByText('Dataset Information')).toBeInTheDocument();
});

it('changes the tab, and keeps the search of the samples', async () => {
  renderDatasetDetailModal({ split: 'train', search: 'castle', page: 3 });
  await userEvent.click(screen.getByRole('tab', { name: 'Samples' }));
  expect(onNavigate).toHaveBeenCalledWith({
    ...ROUTE,
    split: 'train',
    search: 'castle',
    page: 3,
    tab: 'samples',
  });
});

it('scrolls a new tab to its beginning', async () => {
  const { rerender } = renderDatasetDetailModal();
  (await screen.findByRole('tabpanel')).scrollTop = 300;
  const other = { ...ROUTE, tab: 'samples' };
  rerender(<DatasetDetailModal route={other} onNavigate={onNavigate} onClose={onClose} />);
  expect(screen.getByRole('tabpanel', { name: 'Samples' }).scrollTop).toBe(0);
});

it('closes with its button and with Escape', async () => {
  renderDatasetDetailModal();
  await userEvent.click(screen.getByRole('button', { name: 'Close' }));
  await userEvent.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(2);
});

it('takes its name from the list while the dataset loads', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset({ name: 'From the list' })], loaded: true });
  renderDatasetDetailModal();
  expect(screen.getByRole('dialog', { name: 'From the list' })).toBeInTheDocument();
  expect(await screen.findByRole('dialog', { name: 'TinyStories' })).toBeInTheDocument();
});

it('shows the list’s record immediately, and the rest once loaded', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset()], loaded: true });
  renderDatasetDetailModal();
  const panel = screen.getByRole('tabpanel', { name: 'Overview' });
  expect(panel).toHaveTextContent('Quick Stats');
  expect(panel).not.toHaveTextContent('Loading the dataset…');
  const stats = screen.getByRole('region', { name: 'Quick Stats' });
  expect(screen.queryByRole('region', { name: 'Use it' })).not.toBeInTheDocument();
  expect(await screen.findByRole('region', { name: 'Use it' })).toBeInTheDocument();
  expect(screen.getByRole('region', { name: 'Quick Stats' })).toBe(stats);
});

it('waits for the details if a tab needs them', async () => {
  useDatasetsStore.setState({ datasets: [makeDataset()], loaded: true });
  renderDatasetDetailModal({ tab: 'samples' });
  expect(screen.getByRole('tabpanel', { name: 'Samples' })).toHaveTextContent('Loading the dataset…');
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
});

it('shows why loading failed, and retries', async () => {
  server.use(http.get(api('/datasets/ds_1'), () => problem(503, 'unavailable', 'Not now.')));
  renderDatasetDetailModal();
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  expect(screen.getByText('—')).toBeInTheDocument();
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail())));
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Dataset Information')).toBeInTheDocument();
});

it('shows that the dataset was deleted elsewhere, and offers only to close', async () => {
  renderDatasetDetailModal({ tab: 'samples' });
  expect(await screen.findByText('Once upon a time.')).toBeInTheDocument();
  act(() => useDetailStore.getState().applyDeletion('ds_1'));
  expect(screen.getByRole('alert')).toHaveTextContent('it may have been deleted');
  expect(screen.queryByRole('tab')).toBeNull();
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual([
    '',
    'Show all datasets',
  ]);
  expect(screen.getByRole('button', { name: 'Show all datasets' })).toHaveFocus();
  expect(await findViolations()).toEqual([]);
});

it.each(['samples', 'statistics', 'tokenization'])(
  'says on %s why there is nothing yet, and once',
  async (tab) => {
    const failedDetail = makeDetail({
      status: 'error',
      num_samples: null,
      error_message: 'A line is no JSON.',
    });
    server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(failedDetail)));
    renderDatasetDetailModal({ tab });
    expect(await screen.findByRole('region', { name: 'Status' })).toHaveTextContent('A line is no JSON.');
    expect(screen.getByRole('tabpanel').children).toHaveLength(1);
    expect(screen.getByText('450.0 MB')).toBeInTheDocument();
  },
);
