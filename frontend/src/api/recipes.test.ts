import { http, HttpResponse } from 'msw';

import { makeRecipe } from '../test/recipeFixtures';
import { api, problem, server } from '../test/server';
import { buildRecipe } from './recipes';

it('sends a recipe as it is', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post(api('/recipes'), async ({ request }) => {
      sent.push(request.headers.get('content-type'), await request.text());
      return HttpResponse.json(makeRecipe());
    }),
  );
  await expect(buildRecipe('datasets: {}')).resolves.toEqual(makeRecipe());
  expect(sent).toEqual(['application/yaml', 'datasets: {}']);
});

it('returns the recipe that is here already, and throws other refusals', async () => {
  server.use(
    http.post(api('/recipes'), () => problem(409, 'exists', 'It is here.', { recipe_id: 'rcp_9' })),
    http.get(api('/recipes/rcp_9'), () => HttpResponse.json(makeRecipe({ id: 'rcp_9' }))),
  );
  await expect(buildRecipe('x: 1')).resolves.toEqual(makeRecipe({ id: 'rcp_9' }));
  server.use(http.post(api('/recipes'), () => problem(422, 'recipe_invalid', 'Line 1, x: Wrong.')));
  await expect(buildRecipe('x: 1')).rejects.toMatchObject({ code: 'recipe_invalid' });
});
