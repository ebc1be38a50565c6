import { useState } from 'react';

import type { SubsetRequest } from '../../../../types/dataset';
import type { DatasetRoute } from '../../../../utils/route';
import { parseCondition } from '../table/conditions';
import { isWholeText } from '../../../../utils/validators';
import { type CleaningChoices, findCleaningProblem, NO_CLEANING, toSteps } from './cleaning';

export type Amount = 'all' | 'first' | 'random' | 'share';

/** What the user chooses; numbers are texts while they are typed. */
export interface SaveChoices {
  readonly name: string;
  readonly amount: Amount;
  readonly rows: string;
  /** Per cent. */
  readonly share: string;
  readonly seed: string;
}

export interface SaveForm {
  readonly cleaning: CleaningChoices;
  readonly changeCleaning: (changes: Partial<CleaningChoices>) => void;
  readonly choices: SaveChoices;
  readonly change: (changes: Partial<SaveChoices>) => void;
  /** What is wrong with the form, as a sentence; null if it can be sent. */
  readonly problem: string | null;
  readonly request: SubsetRequest;
}

/** Return the form that saves the rows which `route` filters; it begins with all of them. */
export function useSaveForm(route: DatasetRoute): SaveForm {
  const [choices, setChoices] = useState<SaveChoices>({
    name: '',
    amount: 'all',
    rows: '1000',
    share: '10',
    seed: '0',
  });
  const [cleaning, setCleaning] = useState(NO_CLEANING);
  const steps = toSteps(cleaning);
  return {
    cleaning,
    changeCleaning: (changes) => setCleaning((present) => ({ ...present, ...changes })),
    choices,
    change: (changes) => setChoices((present) => ({ ...present, ...changes })),
    problem: findProblem(choices) ?? findCleaningProblem(cleaning),
    request: {
      ...toFilter(route),
      ...toAmount(choices),
      ...(steps.length === 0 ? {} : { steps }),
      ...toName(choices),
    },
  };
}

function findProblem({ amount, rows, share, seed }: SaveChoices): string | null {
  if ((amount === 'first' || amount === 'random') && !isWholeText(rows, 1)) {
    return 'The number of rows is a whole number of at least 1.';
  }
  if (amount === 'share' && !(Number(share) > 0 && Number(share) <= 100)) {
    return 'The share is a number above 0, up to 100.';
  }
  const isDrawn = amount === 'random' || amount === 'share';
  return isDrawn && !isWholeText(seed, 0) ? 'The seed is a whole number.' : null;
}

/** Return the filters of the Samples tab; those that are off are left out. */
function toFilter(route: DatasetRoute): SubsetRequest {
  const { split, search, mode, matchCase, minTokens, maxTokens, tokenization, where } = route;
  return {
    ...(split === null ? {} : { split }),
    ...(search === '' ? {} : { search, mode, ...(mode === 'words' ? {} : { case: matchCase }) }),
    ...(where.length === 0 ? {} : { where: where.map(parseCondition) }),
    ...(minTokens === null ? {} : { min_tokens: minTokens }),
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    ...(tokenization === null || (minTokens === null && maxTokens === null) ? {} : { tokenization }),
  };
}

function toAmount({ amount, rows, share, seed }: SaveChoices): SubsetRequest {
  switch (amount) {
    case 'all':
      return {};
    case 'first':
      return { rows: Number(rows) };
    case 'random':
      return { rows: Number(rows), seed: Number(seed) };
    case 'share':
      return { share: Number((Number(share) / 100).toFixed(8)), seed: Number(seed) };
  }
}

function toName({ name }: SaveChoices): SubsetRequest {
  return name.trim() === '' ? {} : { name: name.trim() };
}
