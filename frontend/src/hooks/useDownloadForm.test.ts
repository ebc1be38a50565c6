import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { aDataset } from '../test/fixtures';
import { api, problem, server } from '../test/server';
import { useDownloadForm } from './useDownloadForm';

it('sends what is typed, leaves the rest to the server, and is empty again', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post(api('/datasets/download'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(aDataset(), { status: 202 });
    }),
  );
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: ' https://huggingface.co/datasets/a/b ', revision: ' main ' }));
  act(() => result.current.change({ splits: ['train'] }));
  await act(() => result.current.submit());
  expect(sent).toEqual([{ repo_id: 'a/b', revision: 'main', splits: ['train'] }]);
  expect(result.current).toMatchObject({
    values: { repo_id: '', splits: [] },
    errors: {},
    submitting: false,
  });
});

it('says what is wrong before it asks, and keeps what is typed where it is refused', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.checkRepository());
  expect(result.current.errors).toEqual({});
  act(() => result.current.change({ repo_id: 'nonsense' }));
  await act(() => result.current.submit());
  expect(result.current.errors.repo_id?.message).toContain('is not a repository id');
  server.use(http.post(api('/datasets/download'), () => problem(403, 'gated', 'It is gated.')));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.errors.repo_id).toBeUndefined();
  await act(() => result.current.submit());
  expect(result.current.errors.access_token?.message).toBe('It is gated.');
  expect(result.current.values.repo_id).toBe('a/b');
});

it('forgets the splits of another repository, or of another config', () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b', splits: ['train'] }));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.values.splits).toEqual(['train']);
  act(() => result.current.change({ config: 'en' }));
  expect(result.current.values.splits).toEqual([]);
});
