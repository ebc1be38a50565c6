/** The routes of recipes. */
import type { Recipe } from '../types/dataset';
import { fetchAPI } from './client';
import { ApiError } from './errors';
import { withSignal } from './query';

/** Build the recipe in `text`, and return it; one that is here already or runs is returned as it is. */
export async function buildRecipe(text: string): Promise<Recipe> {
  try {
    return await fetchAPI<Recipe>('/recipes', { method: 'POST', body: text });
  } catch (error) {
    const known = error instanceof ApiError && error.code === 'exists' ? error.getText('recipe_id') : null;
    if (known === null) throw error;
    return getRecipe(known);
  }
}

/** Cancel a recipe and its steps that run, and return it. */
export function cancelRecipe(id: string): Promise<Recipe> {
  return fetchAPI(`/recipes/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
}

/** Fetch a recipe with the state of each step. */
export function getRecipe(id: string, signal?: AbortSignal): Promise<Recipe> {
  return fetchAPI(`/recipes/${encodeURIComponent(id)}`, withSignal(signal));
}
