import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';
import { useState } from 'react';

import { makeDetail, makeSample, makeSamplePage } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { type DatasetRoute, makeDatasetRoute } from '../../../utils/route';
import { DatasetSamplesBrowser } from './DatasetSamplesBrowser';

const ROUTE = makeDatasetRoute('ds_1', { tab: 'samples' });

function SamplePage({ start }: { readonly start: DatasetRoute }) {
  const [route, setRoute] = useState(start);
  return (
    <div role="tabpanel">
      <DatasetSamplesBrowser dataset={makeDetail()} route={route} onNavigate={setRoute} />
    </div>
  );
}

function renderDatasetSamplesBrowser(changes: Partial<DatasetRoute> = {}) {
  return render(<SamplePage start={{ ...ROUTE, ...changes }} />);
}

/** Serve `total` samples; each text is the split and the number. */
function serveSamples(total: number): string[] {
  const requests: string[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), ({ request }) => {
      const { searchParams, search } = new URL(request.url);
      requests.push(search);
      const page = Number(searchParams.get('page'));
      const split = searchParams.get('split') ?? 'any';
      const count = Math.max(0, Math.min(50, total - (page - 1) * 50));
      const data = Array.from({ length: count }, (_, index) => {
        const id = (page - 1) * 50 + index;
        return makeSample({ id, row: id, text: `${split} ${id}` });
      });
      return HttpResponse.json(makeSamplePage(data, { page, total }));
    }),
  );
  return requests;
}

it('shows a page of fifty samples, then the next page', async () => {
  const requests = serveSamples(120);
  renderDatasetSamplesBrowser();
  expect(screen.getByRole('status')).toHaveTextContent('Loading samples…');
  expect(await screen.findByText('any 0')).toBeInTheDocument();
  expect(screen.getAllByRole('article')).toHaveLength(50);
  screen.getByRole('tabpanel').scrollTop = 500;
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(await screen.findByText('any 50')).toBeInTheDocument();
  expect(screen.getByText(/Showing 51–100/)).toBeInTheDocument();
  expect(screen.getByRole('tabpanel').scrollTop).toBe(0);
  expect(requests).toEqual(['?page=1&limit=50', '?page=2&limit=50']);
});

it('keeps the previous page visible until the next one is loaded', async () => {
  serveSamples(120);
  renderDatasetSamplesBrowser();
  await screen.findByText('any 0');
  let answer: () => void = () => undefined;
  server.use(
    http.get(api('/datasets/ds_1/samples'), async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return HttpResponse.json(makeSamplePage([makeSample({ text: 'next page' })], { page: 2, total: 51 }));
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(screen.getByText('any 0')).toBeInTheDocument();
  expect(screen.getByRole('list', { name: 'Samples' })).toHaveAttribute('aria-busy', 'true');
  await waitFor(() => {
    answer();
    expect(screen.getByText('next page')).toBeInTheDocument();
  });
});

it('shows one split from its first page', async () => {
  const requests = serveSamples(120);
  renderDatasetSamplesBrowser({ page: 2 });
  await screen.findByText('any 50');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Split' }), 'validation');
  expect(await screen.findByText('validation 0')).toBeInTheDocument();
  expect(requests.at(-1)).toBe('?page=1&limit=50&split=validation');
});

it('returns from a page past the end', async () => {
  serveSamples(120);
  renderDatasetSamplesBrowser({ page: 9 });
  await userEvent.click(await screen.findByRole('button', { name: 'Go to the last page' }));
  expect(await screen.findByText('any 119')).toBeInTheDocument();
});

it('shows that there are no samples', async () => {
  serveSamples(0);
  renderDatasetSamplesBrowser();
  expect(
    await screen.findByText('This dataset has no samples. Download or import another one.'),
  ).toBeInTheDocument();
});

it('shows why loading failed, and retries', async () => {
  serveSamples(1);
  server.use(
    http.get(api('/datasets/ds_1/samples'), () => problem(409, 'not_ready', 'It is not ready yet.'), {
      once: true,
    }),
  );
  renderDatasetSamplesBrowser();
  expect(await screen.findByRole('alert')).toHaveTextContent('It is not ready yet.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('any 0')).toBeInTheDocument();
});

it('shows why a search finds nothing, and what to try', async () => {
  serveSamples(0);
  renderDatasetSamplesBrowser({ search: 'castle' });
  expect(
    await screen.findByText('No matches in column “text”. Try fewer words or another mode.'),
  ).toBeInTheDocument();
});

it('shows that it is searching, and ignores paging meanwhile', async () => {
  serveSamples(120);
  renderDatasetSamplesBrowser();
  await screen.findByText('any 0');
  let answer: () => void = () => undefined;
  const requests: string[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), async ({ request }) => {
      requests.push(new URL(request.url).search);
      await new Promise<void>((resolve) => (answer = resolve));
      return HttpResponse.json(makeSamplePage([makeSample({ text: 'a castle' })], { total: 1 }));
    }),
  );
  await userEvent.type(screen.getByLabelText('Search in samples'), 'castle');
  expect(await screen.findByText('Searching…')).toBeInTheDocument();
  expect(screen.queryByText(/Showing/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  await waitFor(() => {
    answer();
    expect(screen.getByText('a castle')).toBeInTheDocument();
  });
  expect(requests).toHaveLength(1);
});
