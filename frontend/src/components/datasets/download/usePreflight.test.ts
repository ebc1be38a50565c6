import { renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeHubDataset } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import { usePreflight } from './usePreflight';

const INPUT = { repoId: 'a/b', config: '', revision: '', token: '' };

it('is idle without a valid repository id', () => {
  const { result } = renderHook(() => usePreflight({ ...INPUT, repoId: 'nonsense' }));
  expect(result.current.kind).toBe('idle');
});

it('sends one request when typing pauses', async () => {
  const asked: string[] = [];
  server.use(
    http.get(api('/hub/datasets/*'), ({ request }) => {
      asked.push(new URL(request.url).pathname);
      return HttpResponse.json(makeHubDataset());
    }),
  );
  const { result, rerender } = renderHook(usePreflight, { initialProps: { ...INPUT, repoId: '' } });
  rerender({ ...INPUT, repoId: 'a/bc' });
  rerender({ ...INPUT, repoId: 'a/bcd ' });
  expect(result.current.kind).toBe('loading');
  await waitFor(() => expect(result.current.kind).toBe('loaded'), { timeout: 2000 });
  expect(asked).toEqual(['/api/hub/datasets/a/bcd']);
  rerender({ ...INPUT, repoId: 'a/other' });
  expect(result.current.kind).toBe('loading');
});

it('reports why the Hub refused', async () => {
  server.use(http.get(api('/hub/datasets/*'), () => problem(404, 'not_found', 'No such repository.')));
  const { result } = renderHook(() => usePreflight(INPUT));
  await waitFor(
    () => expect(result.current).toMatchObject({ kind: 'failed', error: { code: 'not_found' } }),
    {
      timeout: 2000,
    },
  );
});
