/** The cleaning that the form of "Save as dataset" offers: from its fields to the API's steps. */
import { isWholeText } from '../../../../utils/validators';

export type ExactDuplicates = 'off' | 'same' | 'similar';

/** What the user chooses; numbers are texts while they are typed, and an empty one is off. */
export interface CleaningChoices {
  readonly exact: ExactDuplicates;
  /** Per cent of shared 5-grams from which a text is a near duplicate. */
  readonly near: string;
  readonly minCharacters: string;
  readonly maxCharacters: string;
  readonly gopher: boolean;
  readonly gopherRepetition: boolean;
  readonly c4: boolean;
  readonly dropRegex: string;
  /** The id of a dataset whose texts must not occur. */
  readonly decontaminate: string;
  /** Per cent that become the split validation. */
  readonly validation: string;
}

export type CleaningStep = { readonly kind: string } & Readonly<Record<string, unknown>>;

export const NO_CLEANING: CleaningChoices = {
  exact: 'off',
  near: '',
  minCharacters: '',
  maxCharacters: '',
  gopher: false,
  gopherRepetition: false,
  c4: false,
  dropRegex: '',
  decontaminate: '',
  validation: '',
};

/** Return the steps, cheap ones first; duplicates are looked for among what the rules leave. */
export function toSteps(choices: CleaningChoices): readonly CleaningStep[] {
  const { exact, near, dropRegex, decontaminate, validation } = choices;
  return [
    ...(dropRegex === '' ? [] : [{ kind: 'drop_regex', pattern: dropRegex }]),
    ...toLength(choices),
    ...toQuality(choices),
    ...(exact === 'off' ? [] : [{ kind: 'dedup_exact', normalize: exact === 'similar' }]),
    ...(near === '' ? [] : [{ kind: 'dedup_near', threshold: toShare(near) }]),
    ...(decontaminate === '' ? [] : [{ kind: 'decontaminate', dataset: decontaminate }]),
    ...(validation === '' ? [] : [{ kind: 'split', share: toShare(validation) }]),
  ];
}

/** Return what is wrong with the fields, as a sentence, or null. */
export function findCleaningProblem(choices: CleaningChoices): string | null {
  const { near, minCharacters: least, maxCharacters: most, validation } = choices;
  if ([least, most].some((text) => text !== '' && !isWholeText(text, 0))) {
    return 'The number of characters is a whole number.';
  }
  if (least !== '' && most !== '' && Number(least) > Number(most)) {
    return 'The least number of characters is greater than the greatest.';
  }
  if (near !== '' && !(Number(near) >= 50 && Number(near) <= 100)) {
    return 'The similarity of near duplicates is a number from 50 to 100.';
  }
  return validation !== '' && !(Number(validation) > 0 && Number(validation) < 100)
    ? 'The share of validation is a number between 0 and 100.'
    : null;
}

function toLength({ minCharacters: least, maxCharacters: most }: CleaningChoices): readonly CleaningStep[] {
  if (least === '' && most === '') {
    return [];
  }
  return [
    {
      kind: 'length',
      ...(least === '' ? {} : { min_characters: Number(least) }),
      ...(most === '' ? {} : { max_characters: Number(most) }),
    },
  ];
}

function toQuality({ gopher, gopherRepetition, c4 }: CleaningChoices): readonly CleaningStep[] {
  if (!gopher && !gopherRepetition && !c4) {
    return [];
  }
  return [
    {
      kind: 'quality',
      ...(gopher ? { gopher: {} } : {}),
      ...(gopherRepetition ? { gopher_repetition: {} } : {}),
      ...(c4 ? { c4: {} } : {}),
    },
  ];
}

function toShare(text: string): number {
  return Number((Number(text) / 100).toFixed(8));
}
