import type { Recipe, RecipeStep } from '../../../types/dataset';
import { assertNever } from '../../../utils/assertNever';
import { Button } from '../../common/Button';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { ErrorMessage } from '../../common/ErrorMessage';
import { ProgressBar } from '../../common/ProgressBar';
import { useRecipe } from './useRecipe';

interface RecipeDialogProps {
  /** The name of the recipe's file. */
  readonly file: string;
  /** The YAML of the recipe. */
  readonly text: string;
  readonly onClose: () => void;
}

/** Builds a recipe and shows the state of each step; the server continues when the dialog is closed. */
export function RecipeDialog({ file, text, onClose }: RecipeDialogProps) {
  const { state, rebuild, cancel } = useRecipe(text);
  const content = () => {
    switch (state.kind) {
      case 'loading':
        return <p role="status">Reading the recipe…</p>;
      case 'failed':
        return <ErrorMessage>{state.error.detail}</ErrorMessage>;
      case 'loaded':
        return <Steps recipe={state.value} onRebuild={rebuild} onCancel={cancel} />;
      default:
        return assertNever(state);
    }
  };
  return (
    <Dialog labelledBy="recipe-title" onClose={onClose} width="max-w-2xl">
      <DialogHeader id="recipe-title" title={`Recipe ${file}`} onClose={onClose}>
        Its datasets appear in the list. You can close this window.
      </DialogHeader>
      <div className="p-6 space-y-6 overflow-y-auto">
        {content()}
        <div className="flex justify-end">
          <Button look="grey" onClick={onClose}>
            Close
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const SUMMARIES: Readonly<Record<Recipe['state'], string>> = {
  running: 'Building…',
  succeeded: 'Everything is ready.',
  failed: 'A step failed. What is ready stays.',
  cancelled: 'Cancelled. What is ready stays.',
};

interface StepsProps {
  readonly recipe: Recipe;
  readonly onRebuild: () => void;
  readonly onCancel: (id: string) => void;
}

function Steps({ recipe, onRebuild, onCancel }: StepsProps) {
  return (
    <>
      <p role="status" className="text-slate-300">
        {SUMMARIES[recipe.state]}
      </p>
      <ol aria-label="Steps" className="space-y-4">
        {recipe.steps.map((step) => (
          <li key={`${step.kind} ${step.name}`} className="bg-slate-800/30 rounded-lg p-4 space-y-2">
            <Step step={step} />
          </li>
        ))}
      </ol>
      {recipe.state === 'running' && (
        <Button look="quiet" onClick={() => onCancel(recipe.id)}>
          Cancel
        </Button>
      )}
      {(recipe.state === 'failed' || recipe.state === 'cancelled') && (
        <Button look="apply" onClick={onRebuild}>
          Try again
        </Button>
      )}
    </>
  );
}

const KINDS: Readonly<Record<RecipeStep['kind'], string>> = {
  download: 'Download',
  import: 'Import',
  subset: 'Choose',
  mix: 'Mix',
  tokenize: 'Tokenize',
};

function Step({ step }: { readonly step: RecipeStep }) {
  return (
    <>
      <p className="break-words">
        {KINDS[step.kind]} <strong>{step.name}</strong>
      </p>
      <ProgressBar value={step.progress} label={`${KINDS[step.kind]} ${step.name}`}>
        <span className="capitalize">{step.state}</span>
      </ProgressBar>
      {step.state === 'failed' && <ErrorMessage>{step.error_message}</ErrorMessage>}
    </>
  );
}
