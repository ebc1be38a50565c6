import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeRecipe } from '../../../test/recipeFixtures';
import { api, server } from '../../../test/server';
import { RecipeButton } from './RecipeButton';

it('opens the dialog with the chosen file', async () => {
  server.use(http.post(api('/recipes'), () => HttpResponse.json(makeRecipe())));
  render(<RecipeButton />);
  const file = new File(['datasets: {}'], 'mine.yaml');
  // The environment of the tests lacks it.
  Object.defineProperty(file, 'text', { value: () => Promise.resolve('datasets: {}') });
  await userEvent.upload(screen.getByLabelText('Recipe to import'), file);
  expect(await screen.findByRole('dialog', { name: 'Recipe mine.yaml' })).toBeInTheDocument();
  expect(await screen.findByText('Everything is ready.')).toBeInTheDocument();
});
