import { renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeSample, makeSamplePage } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeDatasetRoute } from '../../../utils/route';
import { useSamples } from './useSamples';

it('requests what the address says, and polls a total that is still counted', async () => {
  const count: string[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), ({ request }) => {
      count.push(new URL(request.url).search);
      const page = makeSamplePage([makeSample()], { page: 2, total: count.length === 1 ? 51 : 90 });
      return HttpResponse.json({ ...page, search: { ...page.search, exact_total: count.length > 1 } });
    }),
  );
  const route = makeDatasetRoute('ds_1', {
    search: 'cat',
    mode: 'exact',
    matchCase: true,
    page: 2,
    minTokens: 3,
  });
  const { result } = renderHook(() => useSamples(route));
  await waitFor(() => expect(result.current.samples?.pagination.total).toBe(51));
  await waitFor(() => expect(result.current.samples?.pagination.total).toBe(90));
  const query = '?page=2&limit=50&search=cat&mode=exact&case=true&min_tokens=3';
  expect(count).toEqual([query, query]);
});

it('keeps the page if its total cannot be loaded', async () => {
  let count = 0;
  server.use(
    http.get(api('/datasets/ds_1/samples'), () => {
      count += 1;
      const page = makeSamplePage([makeSample()]);
      return count === 1
        ? HttpResponse.json({ ...page, search: { ...page.search, exact_total: false } })
        : problem(503, 'unavailable', 'Not now.');
    }),
  );
  const { result } = renderHook(() => useSamples(makeDatasetRoute('ds_1')));
  await waitFor(() => expect(count).toBe(2));
  expect(result.current.samples?.data).toEqual([makeSample()]);
});

it.each([
  ['words', null],
  ['exact', 'false'],
  ['regex', 'false'],
] as const)('says in each mode whether case matters: %s', async (mode, expected) => {
  const cases: (string | null)[] = [];
  server.use(
    http.get(api('/datasets/ds_1/samples'), ({ request }) => {
      cases.push(new URL(request.url).searchParams.get('case'));
      return HttpResponse.json(makeSamplePage([makeSample()]));
    }),
  );
  const { result } = renderHook(() => useSamples(makeDatasetRoute('ds_1', { search: 'cat', mode })));
  await waitFor(() => expect(result.current.samples).not.toBeNull());
  expect(cases).toEqual([expected]);
});
