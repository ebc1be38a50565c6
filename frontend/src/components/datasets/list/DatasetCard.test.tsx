import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { findViolations } from '../../../test/axe';
import { makeProgress } from '../../../test/eventFixtures';
import { makeDataset, makeDownloadingDataset, makeFailedDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import type { Dataset, DatasetStatus } from '../../../types/dataset';
import { DatasetCard } from './DatasetCard';

const onOpen = jest.fn();
const onDelete = jest.fn();

function Listed({ id }: { readonly id: string }) {
  const dataset = useDatasetsStore((state) => state.datasets.find((one) => one.id === id));
  return dataset === undefined ? null : (
    <DatasetCard dataset={dataset} onOpen={onOpen} onDelete={onDelete} selected={null} onSelect={jest.fn()} />
  );
}

function renderDatasetCard(dataset: Dataset) {
  useDatasetsStore.setState({ datasets: [dataset], total: 1, loaded: true });
  return render(<Listed id={dataset.id} />);
}

interface Row {
  readonly status: DatasetStatus;
  readonly dataset: Dataset;
  readonly shows: readonly string[];
  readonly may: readonly string[];
}

/** The specification of each status: what it shows, and which actions it allows. */
const STATES: readonly Row[] = [
  {
    status: 'downloading',
    dataset: makeDownloadingDataset(),
    shows: ['Downloading • 200.0 MB of 450.0 MB', '40.0%'],
    may: ['Cancel TinyStories', 'Delete TinyStories'],
  },
  {
    status: 'processing',
    dataset: makeDownloadingDataset({ status: 'processing' }),
    shows: ['40.0%'],
    may: ['Cancel TinyStories', 'Delete TinyStories'],
  },
  {
    status: 'ready',
    dataset: makeDataset(),
    shows: ['Source: HuggingFace • Size: 450.0 MB'],
    may: ['TinyStories', 'Delete TinyStories'],
  },
  {
    status: 'error',
    dataset: makeFailedDataset(),
    shows: ['The Hub does not answer.'],
    may: ['Retry TinyStories', 'Delete TinyStories'],
  },
];

describe.each(STATES)('a dataset that is $status', ({ status, dataset, shows, may }) => {
  it('shows what the specification says', () => {
    renderDatasetCard(dataset);
    expect(screen.getByText(status)).toBeInTheDocument();
    for (const text of shows) expect(screen.getByText(text)).toBeInTheDocument();
    expect(screen.queryAllByRole('progressbar')).toHaveLength(
      ['downloading', 'processing'].includes(status) ? 1 : 0,
    );
  });

  it('offers exactly the actions of the specification', () => {
    renderDatasetCard(dataset);
    expect(
      screen.getAllByRole('button').map((button) => button.getAttribute('aria-label') ?? button.textContent),
    ).toEqual(may);
  });

  it('has no accessibility violations', async () => {
    const { container } = renderDatasetCard(dataset);
    expect(await findViolations(container)).toEqual([]);
  });
});

it.each(['{Enter}', ' '])('opens with the key “%s”', async (key) => {
  renderDatasetCard(makeDataset());
  await userEvent.tab();
  await userEvent.keyboard(key);
  expect(onOpen).toHaveBeenCalledWith('ds_1');
});

it('opens on click, looks clickable and nests no buttons', async () => {
  const { container } = renderDatasetCard(makeDataset());
  expect(container.firstElementChild).toHaveClass(
    'cursor-pointer',
    'hover:bg-slate-900/70',
    'transition-colors',
  );
  await userEvent.click(screen.getByRole('button', { name: 'TinyStories' }));
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(container.querySelector('button button')).toBeNull();
});

it('does not look clickable while it cannot open', () => {
  const { container } = renderDatasetCard(makeDownloadingDataset());
  expect(container.firstElementChild).not.toHaveClass('cursor-pointer');
  expect(screen.getByRole('heading', { name: 'TinyStories' })).toHaveClass('font-semibold', 'text-lg');
});

it('requests a deletion', async () => {
  renderDatasetCard(makeDataset());
  await userEvent.click(screen.getByRole('button', { name: 'Delete TinyStories' }));
  expect(onDelete).toHaveBeenCalledWith(makeDataset());
});

it('follows progress events', () => {
  renderDatasetCard(makeDownloadingDataset());
  act(() => useDatasetsStore.getState().applyEvent(makeProgress()));
  expect(screen.getByText(/12.0 MB\/s • 20 s left/)).toBeInTheDocument();
});

it('shows from where a retry of a cancelled dataset continues', () => {
  renderDatasetCard(makeFailedDataset({ error_code: 'cancelled', error_message: 'Cancelled.' }));
  expect(screen.getByText('Cancelled. Retry continues from 45%.')).toBeInTheDocument();
  expect(screen.queryByText('error')).toBeNull();
});

it('shows a message for a failure without one', () => {
  renderDatasetCard(makeFailedDataset({ error_message: null }));
  expect(screen.getByText(/unknown reason/)).toBeInTheDocument();
});

it('cancels the job', async () => {
  const cancelled = makeFailedDataset({ seq: 11, error_code: 'cancelled' });
  server.use(http.post(api('/datasets/ds_1/cancel'), () => HttpResponse.json(cancelled)));
  renderDatasetCard(makeDownloadingDataset());
  await userEvent.click(screen.getByRole('button', { name: 'Cancel TinyStories' }));
  expect(await screen.findByText('cancelled')).toBeInTheDocument();
});

it('shows why cancelling failed', async () => {
  server.use(
    http.post(api('/datasets/ds_1/cancel'), () => problem(409, 'invalid_transition', 'It is ready.')),
  );
  renderDatasetCard(makeDownloadingDataset());
  await userEvent.click(screen.getByRole('button', { name: 'Cancel TinyStories' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('It is ready.');
});

describe('retry', () => {
  let bodies: unknown[];

  beforeEach(() => {
    bodies = [];
    server.use(
      http.post(api('/datasets/ds_1/retry'), async ({ request }) => {
        bodies.push(await request.json());
        return HttpResponse.json(makeDownloadingDataset({ seq: 11 }));
      }),
    );
  });

  it('starts immediately', async () => {
    renderDatasetCard(makeFailedDataset());
    await userEvent.click(screen.getByRole('button', { name: 'Retry TinyStories' }));
    expect(await screen.findByText('downloading')).toBeInTheDocument();
    expect(bodies).toEqual([{}]);
  });

  it.each(['auth_required', 'gated', 'bad_token'])('asks for a token after %s', async (error_code) => {
    renderDatasetCard(makeFailedDataset({ error_code }));
    const retry = screen.getByRole('button', { name: 'Retry TinyStories', expanded: false });
    await userEvent.click(retry);
    expect(retry).toHaveAttribute('aria-expanded', 'true');
    await userEvent.type(screen.getByLabelText(/Access Token/), 'hf_new{Enter}');
    await waitFor(() => expect(bodies).toEqual([{ access_token: 'hf_new' }]));
    expect(await screen.findByText('downloading')).toBeInTheDocument();
    expect(screen.queryByLabelText(/Access Token/)).toBeNull();
  });

  it('starts without a token if access was granted meanwhile', async () => {
    const { container } = renderDatasetCard(makeFailedDataset({ error_code: 'gated' }));
    await userEvent.click(screen.getByRole('button', { name: 'Retry TinyStories' }));
    await userEvent.click(within(container).getByRole('button', { name: 'Retry download' }));
    await waitFor(() => expect(bodies).toEqual([{}]));
  });

  it('shows why it was refused, and keeps the form', async () => {
    server.use(http.post(api('/datasets/ds_1/retry'), () => problem(403, 'bad_token', 'Not accepted.')));
    renderDatasetCard(makeFailedDataset({ error_code: 'gated' }));
    await userEvent.click(screen.getByRole('button', { name: 'Retry TinyStories' }));
    await userEvent.type(screen.getByLabelText(/Access Token/), 'hf_bad{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Not accepted.');
    expect(screen.getByLabelText(/Access Token/)).toHaveValue('hf_bad');
  });
});
