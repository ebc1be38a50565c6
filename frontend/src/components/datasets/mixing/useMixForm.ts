import { useState } from 'react';

import type { Dataset, MixRequest } from '../../../types/dataset';

type Unit = 'rows' | 'tokens' | 'bytes';

/** One part as the user sees it: numbers are texts while they are typed. */
export interface MixPart {
  readonly dataset: Pick<Dataset, 'id' | 'name'>;
  readonly split: string;
  /** The splits that have rows. */
  readonly splits: readonly string[];
  /** Per cent. */
  readonly share: string;
  readonly repeats: string;
}

export interface MixChoices {
  readonly name: string;
  readonly by: Unit;
  readonly tokenizer: string;
  readonly total: string;
  readonly seed: string;
}

export interface MixForm {
  readonly parts: readonly MixPart[];
  readonly choices: MixChoices;
  readonly changePart: (index: number, changes: Partial<MixPart>) => void;
  readonly change: (changes: Partial<MixChoices>) => void;
  /** What is wrong with the form, as a sentence; null if it can be sent. */
  readonly problem: string | null;
  readonly request: MixRequest;
}

/** Return the form for mixing `datasets`, which begins with equal shares. */
export function useMixForm(datasets: readonly Dataset[]): MixForm {
  const [parts, setParts] = useState(() =>
    datasets.map((dataset, index) => toPart(dataset, index, datasets.length)),
  );
  const [choices, setChoices] = useState<MixChoices>({
    name: '',
    by: 'rows',
    tokenizer: '',
    total: '',
    seed: '0',
  });
  return {
    parts,
    choices,
    changePart: (index, changes) =>
      setParts((present) => present.map((part, place) => (place === index ? { ...part, ...changes } : part))),
    change: (changes) => setChoices((present) => ({ ...present, ...changes })),
    problem: findProblem(parts, choices),
    request: toRequest(parts, choices),
  };
}

/** Return a part with its equal share; the shares of all are whole numbers that add up to 100. */
function toPart(dataset: Dataset, index: number, count: number): MixPart {
  const splits = dataset.splits.filter(({ num_rows }) => num_rows !== 0).map(({ name }) => name);
  const share = Math.floor(100 / count) + (index < 100 % count ? 1 : 0);
  return { dataset, splits, split: splits[0] ?? '', share: String(share), repeats: '1' };
}

function findProblem(parts: readonly MixPart[], { by, tokenizer, total, seed }: MixChoices): string | null {
  if (parts.some(({ share }) => !(Number(share) > 0 && Number(share) < 100))) {
    return 'Each share is a number between 0 and 100.';
  }
  const sum = parts.reduce((whole, { share }) => whole + Number(share), 0);
  if (Math.abs(sum - 100) > 0.5)
    return `The shares add up to ${Number(sum.toFixed(2))}%. They have to add up to 100%.`;
  if (parts.some(({ repeats }) => !isWhole(repeats, 1, 100))) return 'Each part may repeat 1 to 100 times.';
  if (by === 'tokens' && tokenizer.trim() === '') return 'Enter the tokenizer that counts the tokens.';
  if (total !== '' && !isWhole(total, 1, Number.MAX_SAFE_INTEGER)) return 'The total is a whole number.';
  return isWhole(seed, 0, Number.MAX_SAFE_INTEGER) ? null : 'The seed is a whole number.';
}

function isWhole(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

function toRequest(parts: readonly MixPart[], { name, by, tokenizer, total, seed }: MixChoices): MixRequest {
  return {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    by,
    ...(by === 'tokens' ? { tokenizer: tokenizer.trim() } : {}),
    ...(total === '' ? {} : { total: Number(total) }),
    seed: Number(seed),
    parts: parts.map(({ dataset, split, share, repeats }) => ({
      dataset: dataset.id,
      split,
      share: Number((Number(share) / 100).toFixed(8)),
      max_repeats: Number(repeats),
    })),
  };
}
