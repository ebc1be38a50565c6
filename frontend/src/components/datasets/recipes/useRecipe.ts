import { useCallback, useEffect, useState } from 'react';

import { type ApiError, isAbort, toApiError } from '../../../api/errors';
import { buildRecipe, cancelRecipe, getRecipe } from '../../../api/recipes';
import type { Async } from '../../../types/async';
import type { Recipe } from '../../../types/dataset';

const PAUSE = 500;

interface BuiltRecipe {
  readonly state: Async<Recipe, ApiError>;
  /** Build it again: what failed is tried once more. */
  readonly rebuild: () => void;
  /** Cancel the recipe with this id; one that has ended meanwhile stays as it is. */
  readonly cancel: (id: string) => void;
}

/** Build the recipe in `text`, and return how far it is until it has ended. */
export function useRecipe(text: string): BuiltRecipe {
  const [state, setState] = useState<Async<Recipe, ApiError>>({ kind: 'loading' });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    void follow(text, controller.signal, setState);
    return () => controller.abort();
  }, [text, attempt]);
  return {
    state,
    rebuild: useCallback(() => setAttempt((count) => count + 1), []),
    cancel: useCallback((id: string) => void cancelRecipe(id).catch(() => undefined), []),
  };
}

async function follow(
  text: string,
  signal: AbortSignal,
  show: (state: Async<Recipe, ApiError>) => void,
): Promise<void> {
  try {
    let recipe = await buildRecipe(text);
    while (!signal.aborted) {
      show({ kind: 'loaded', value: recipe });
      if (recipe.state !== 'running') return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      recipe = await getRecipe(recipe.id, signal);
    }
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) show({ kind: 'failed', error: toApiError(error) });
  }
}
