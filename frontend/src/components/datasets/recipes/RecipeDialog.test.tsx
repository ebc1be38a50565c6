import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeRecipe, makeRecipeStep } from '../../../test/recipeFixtures';
import { api, problem, server } from '../../../test/server';
import { RecipeDialog } from './RecipeDialog';

const onClose = jest.fn();

it('shows the steps until all are ready', async () => {
  const waiting = makeRecipeStep({ name: 'blend', kind: 'mix', state: 'waiting', id: null, progress: 0 });
  const running = makeRecipe({
    state: 'running',
    steps: [makeRecipeStep({ state: 'running', progress: 40 }), waiting],
  });
  server.use(
    http.post(api('/recipes'), () => HttpResponse.json(running)),
    http.get(api('/recipes/rcp_1'), () => HttpResponse.json(makeRecipe())),
  );
  render(<RecipeDialog file="a.yaml" text="datasets: {}" onClose={onClose} />);
  expect(screen.getByRole('status')).toHaveTextContent('Reading the recipe…');
  expect(await screen.findByText('Building…')).toBeInTheDocument();
  expect(screen.getByRole('progressbar', { name: 'Download web' })).toHaveAttribute('aria-valuenow', '40');
  expect(screen.getByText('waiting')).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('dialog', { name: 'Recipe a.yaml' }))).toEqual([]);
  expect(await screen.findByText('Everything is ready.')).toBeInTheDocument();
  await userEvent.click(screen.getAllByRole('button', { name: 'Close' })[1] ?? document.body);
  expect(onClose).toHaveBeenCalledTimes(1);
});

it('tries a failed step again', async () => {
  const failed = makeRecipeStep({ state: 'failed', error_message: 'No room.' });
  server.use(
    http.post(api('/recipes'), () => HttpResponse.json(makeRecipe({ state: 'failed', steps: [failed] }))),
  );
  render(<RecipeDialog file="a.yaml" text="datasets: {}" onClose={onClose} />);
  expect(await screen.findByText('No room.')).toBeInTheDocument();
  server.use(http.post(api('/recipes'), () => HttpResponse.json(makeRecipe())));
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Everything is ready.')).toBeInTheDocument();
});

it('cancels a recipe that runs', async () => {
  let state: 'running' | 'cancelled' = 'running';
  server.use(
    http.post(api('/recipes'), () => HttpResponse.json(makeRecipe({ state }))),
    http.get(api('/recipes/rcp_1'), () => HttpResponse.json(makeRecipe({ state }))),
    http.post(api('/recipes/rcp_1/cancel'), () => {
      state = 'cancelled';
      return HttpResponse.json(makeRecipe({ state }));
    }),
  );
  render(<RecipeDialog file="a.yaml" text="datasets: {}" onClose={onClose} />);
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
  expect(await screen.findByText('Cancelled. What is ready stays.')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeInTheDocument();
});

it('says what is wrong with a recipe', async () => {
  server.use(http.post(api('/recipes'), () => problem(422, 'recipe_invalid', 'Line 2, datasets.a: Wrong.')));
  render(<RecipeDialog file="a.yaml" text="datasets: {a: 1}" onClose={onClose} />);
  expect(await screen.findByText('Line 2, datasets.a: Wrong.')).toBeInTheDocument();
});
