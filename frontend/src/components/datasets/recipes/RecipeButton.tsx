import { useRef, useState } from 'react';

import { Button } from '../../common/Button';
import { RecipeDialog } from './RecipeDialog';

interface RecipeFile {
  readonly file: string;
  readonly text: string;
}

/** A button that chooses a recipe's file, and opens the dialog that builds it. */
export function RecipeButton() {
  const picker = useRef<HTMLInputElement>(null);
  const [recipe, setRecipe] = useState<RecipeFile | null>(null);
  return (
    <>
      <Button look="quiet" onClick={() => picker.current?.click()}>
        Import recipe
      </Button>
      <input
        ref={picker}
        type="file"
        hidden
        accept=".yaml,.yml,.json"
        aria-label="Recipe to import"
        onChange={({ target }) => {
          const chosen = target.files?.[0];
          // Reset the input, so that the same file can be picked again after it was corrected.
          target.value = '';
          if (chosen) void chosen.text().then((text) => setRecipe({ file: chosen.name, text }));
        }}
      />
      {recipe !== null && <RecipeDialog {...recipe} onClose={() => setRecipe(null)} />}
    </>
  );
}
