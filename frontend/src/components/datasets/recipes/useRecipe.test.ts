import { renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeRecipe } from '../../../test/recipeFixtures';
import { api, server } from '../../../test/server';
import { useRecipe } from './useRecipe';

it('builds a recipe', async () => {
  server.use(http.post(api('/recipes'), () => HttpResponse.json(makeRecipe())));
  const { result } = renderHook(() => useRecipe('datasets: {}'));
  expect(result.current.state.kind).toBe('loading');
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'loaded', value: makeRecipe() }));
});
