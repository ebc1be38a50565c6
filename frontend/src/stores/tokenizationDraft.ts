/** A tokenization that is being thought over: it stays while its dataset's window is open, whichever tab is shown. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import type { ApiError } from '../api/errors';
import {
  DEFAULT_VALUES,
  type TokenizationErrors,
  type TokenizationValues,
  toTokenizeRequest,
} from '../utils/tokenizationValues';
import { useDetailStore } from './detailStore';

interface DraftState {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** What belongs to no field. */
  readonly failure: ApiError | null;
  /** The values that are on their way to the server; null: none are. */
  readonly submittedValues: TokenizationValues | null;
  /** A text of one's own, to be seen as tokens. */
  readonly previewText: string;
}

/** Why what was sent was refused; nothing where it was taken. */
type Refusal = Partial<Pick<DraftState, 'errors' | 'failure'>>;

interface DraftActions {
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly changePreviewText: (text: string) => void;
  /** Note what is wrong with the values, or that nothing is. */
  readonly setErrors: (errors: TokenizationErrors) => void;
  readonly startSubmit: (values: TokenizationValues) => void;
  /** Note how sending `values` ended; what was typed meanwhile stays. */
  readonly finishSubmit: (values: TokenizationValues, refusal: Refusal) => void;
}

const EMPTY_DRAFT: DraftState = {
  values: DEFAULT_VALUES,
  errors: {},
  failure: null,
  submittedValues: null,
  previewText: '',
};

export const useTokenizationDraft = create<DraftState & DraftActions>()(
  devtools(
    (set) => ({
      ...EMPTY_DRAFT,
      change: (changes) =>
        set(
          ({ values }) => ({ values: { ...values, ...changes }, errors: {}, failure: null }),
          false,
          'change',
        ),
      changePreviewText: (previewText) => set({ previewText }, false, 'changePreviewText'),
      setErrors: (errors) => set({ errors, failure: null }, false, 'check'),
      startSubmit: (submittedValues) => set({ submittedValues }, false, 'send'),
      finishSubmit: (values, refusal) =>
        // The window it was sent from may be closed by now.
        set(
          (state) => (state.submittedValues === values ? applyOutcome(state, values, refusal) : {}),
          false,
          'settle',
        ),
    }),
    { name: 'TokenizationDraft' },
  ),
);

// Another window begins anew, and a closed one leaves no access token behind.
useDetailStore.subscribe(({ id }, previous) => {
  if (id === null || id !== previous.id) {
    useTokenizationDraft.setState(EMPTY_DRAFT, false, 'forget');
  }
});

function applyOutcome(
  { values }: DraftState,
  submittedValues: TokenizationValues,
  refusal: Refusal,
): Partial<DraftState> {
  const { errors, failure = null } = refusal;
  if (errors !== undefined) {
    return { submittedValues: null, errors: keepApplicableErrors(errors, values, submittedValues) };
  }
  if (failure !== null) {
    return { submittedValues: null, failure };
  }
  const isTokenUnchanged = values.access_token === submittedValues.access_token;
  return { submittedValues: null, values: isTokenUnchanged ? { ...values, access_token: '' } : values };
}

/** The errors of the fields that are as they were sent. */
function keepApplicableErrors(
  errors: TokenizationErrors,
  values: TokenizationValues,
  submittedValues: TokenizationValues,
): TokenizationErrors {
  const [current, submitted] = [toTokenizeRequest(values), toTokenizeRequest(submittedValues)];
  return Object.fromEntries(
    Object.entries(errors).filter(([name]) => {
      const field = name as keyof TokenizationErrors;
      return JSON.stringify(current[field]) === JSON.stringify(submitted[field]);
    }),
  );
}
