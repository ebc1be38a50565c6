/** Recipes for tests. */
import type { Recipe, RecipeStep } from '../types/dataset';

/** Return a step that is ready, with changes. */
export function makeRecipeStep(changes: Partial<RecipeStep> = {}): RecipeStep {
  return {
    ...{ name: 'web', kind: 'download', state: 'ready', id: 'ds_1', progress: 100 },
    error_code: null,
    error_message: null,
    ...changes,
  };
}

/** Return a recipe that has succeeded, with changes. */
export function makeRecipe(changes: Partial<Recipe> = {}): Recipe {
  return {
    ...{ id: 'rcp_1', name: null, state: 'succeeded', datasets: { web: 'ds_1' }, tokenizations: {} },
    steps: [makeRecipeStep()],
    error_code: null,
    error_message: null,
    created_at: '2026-01-01T00:00:00Z',
    finished_at: null,
    ...changes,
  };
}
