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

function show(changes: Partial<DatasetRoute> = {}) {
  return render(<SamplePage start={{ ...ROUTE, ...changes }} />);
}

/** Serves `total` samples, each named after its split and its number. */
function serve(total: number): string[] {
  const asked: string[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), ({ request }) => {
      const { searchParams, search } = new URL(request.url);
      asked.push(search);
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
  return asked;
}

it('shows a page of fifty, and goes on to the next', async () => {
  const asked = serve(120);
  show();
  expect(screen.getByRole('status')).toHaveTextContent('Loading samples…');
  expect(await screen.findByText('any 0')).toBeInTheDocument();
  expect(screen.getAllByRole('article')).toHaveLength(50);
  screen.getByRole('tabpanel').scrollTop = 500;
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(await screen.findByText('any 50')).toBeInTheDocument();
  expect(screen.getByText(/Showing 51–100/)).toBeInTheDocument();
  expect(screen.getByRole('tabpanel').scrollTop).toBe(0);
  expect(asked).toEqual(['?page=1&limit=50', '?page=2&limit=50']);
});

it('keeps the page before in sight until the next one is there', async () => {
  serve(120);
  show();
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

it('shows one split, from its first page on', async () => {
  const asked = serve(120);
  show({ page: 2 });
  await screen.findByText('any 50');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Split' }), 'validation');
  expect(await screen.findByText('validation 0')).toBeInTheDocument();
  expect(asked.at(-1)).toBe('?page=1&limit=50&split=validation');
});

it('leads back from beyond the end', async () => {
  serve(120);
  show({ page: 9 });
  await userEvent.click(await screen.findByRole('button', { name: 'Go to the last page' }));
  expect(await screen.findByText('any 119')).toBeInTheDocument();
});

it('says that there is nothing', async () => {
  serve(0);
  show();
  expect(await screen.findByText('There are no samples here.')).toBeInTheDocument();
});

it('says why there is nothing, and asks again', async () => {
  serve(1);
  server.use(
    http.get(api('/datasets/ds_1/samples'), () => problem(409, 'not_ready', 'It is not ready yet.'), {
      once: true,
    }),
  );
  show();
  expect(await screen.findByRole('alert')).toHaveTextContent('It is not ready yet.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('any 0')).toBeInTheDocument();
});

it.each([
  [{ minTokens: 50, maxTokens: 10 }, /begins above its end/],
  [{ minTokens: 9_000 }, /No sample here has a length in this range/],
  [{ search: 'castle', minTokens: 9_000 }, /Search for less, in a wider range of lengths/],
  [{ search: 'castle' }, 'Nothing was found. Search for less, or in all splits.'],
])('says of %j why it finds nothing', async (filter, text) => {
  serve(0);
  show(filter);
  expect(await screen.findByText(text)).toBeInTheDocument();
});

it('says that it searches while the rows before stay in sight, and turns no page of them', async () => {
  serve(120);
  show();
  await screen.findByText('any 0');
  let answer: () => void = () => undefined;
  const asked: string[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), async ({ request }) => {
      asked.push(new URL(request.url).search);
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
  expect(asked).toHaveLength(1);
});
