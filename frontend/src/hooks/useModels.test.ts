import { renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { api, problem, server } from '../test/server';
import { useModels } from './useModels';

it('names tokenizers by repository, by path, or else by name', async () => {
  const models = [
    { name: 'gpt2', hf_repo_id: 'openai/gpt2', path: null },
    { name: 'tiny', hf_repo_id: null, path: './tokenizers/tiny' },
    { name: 'other', hf_repo_id: null, path: null },
  ];
  server.use(http.get(api('/models'), () => HttpResponse.json(models)));
  const { result } = renderHook(useModels);
  expect(result.current).toEqual([]);
  await waitFor(() => expect(result.current).toEqual(['openai/gpt2', './tokenizers/tiny', 'other']));
});

it('returns none if loading fails', async () => {
  let isAnswered = false;
  server.use(
    http.get(api('/models'), () => {
      isAnswered = true;
      return problem(503, 'unavailable', 'Not now.');
    }),
  );
  const { result } = renderHook(useModels);
  await waitFor(() => expect(isAnswered).toBe(true));
  expect(result.current).toEqual([]);
});
