/** The draft of a tokenization, kept while the dataset's window is open, whichever tab is shown. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import type { ApiError } from '../api/errors';
import type { Async } from '../types/async';
import type { Preview } from '../types/dataset';
import {
  DEFAULT_VALUES,
  type TokenizationErrors,
  type TokenizationValues,
  toTokenizeRequest,
} from '../utils/tokenizationValues';
import { useDetailStore } from './detailStore';

/** The response to the preview's request `key`. */
export interface PreviewResponse {
  readonly key: string;
  readonly state: Async<Preview, ApiError>;
}

interface DraftState {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** A refusal that is about no field. */
  readonly failure: ApiError | null;
  /** The values being submitted; null if none are. */
  readonly submittedValues: TokenizationValues | null;
  /** The text to preview as tokens. */
  readonly previewText: string;
  /** The newest preview; null before the first. */
  readonly previewResponse: PreviewResponse | null;
}

/** Why the server refused the submission; empty if it accepted it. */
type Refusal = Partial<Pick<DraftState, 'errors' | 'failure'>>;

interface DraftActions {
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly changePreviewText: (text: string) => void;
  /** Show these errors, or none. */
  readonly setErrors: (errors: TokenizationErrors) => void;
  readonly startSubmit: (values: TokenizationValues) => void;
  /** Record the outcome of submitting `values`, and keep what was typed meanwhile. */
  readonly finishSubmit: (values: TokenizationValues, refusal: Refusal) => void;
}

const EMPTY_DRAFT: DraftState = {
  values: DEFAULT_VALUES,
  errors: {},
  failure: null,
  submittedValues: null,
  previewText: '',
  previewResponse: null,
};

export const useTokenizationDraft = create<DraftState & DraftActions>()(
  devtools(
    (set) => ({
      ...EMPTY_DRAFT,
      change: (changes) => set((state) => applyChanges(state, changes), false, 'change'),
      changePreviewText: (previewText) => set({ previewText }, false, 'changePreviewText'),
      setErrors: (errors) => set({ errors, failure: null }, false, 'setErrors'),
      startSubmit: (submittedValues) => set({ submittedValues }, false, 'startSubmit'),
      finishSubmit: (values, refusal) =>
        set((state) => applyOutcome(state, values, refusal), false, 'finishSubmit'),
    }),
    { name: 'TokenizationDraft' },
  ),
);

// Each window starts with an empty draft, and a closed one keeps no access token.
useDetailStore.subscribe(({ id }, previous) => {
  if (id === null || id !== previous.id) {
    useTokenizationDraft.setState(EMPTY_DRAFT, false, 'reset');
  }
});

function applyChanges({ values }: DraftState, changes: Partial<TokenizationValues>): Partial<DraftState> {
  return { values: { ...values, ...changes }, errors: {}, failure: null };
}

function applyOutcome(
  { values, submittedValues }: DraftState,
  submitted: TokenizationValues,
  { errors, failure = null }: Refusal,
): Partial<DraftState> {
  if (submittedValues !== submitted) {
    // The window was closed meanwhile.
    return {};
  }
  if (errors !== undefined) {
    return { submittedValues: null, errors: keepApplicableErrors(errors, values, submitted) };
  }
  if (failure !== null) {
    return { submittedValues: null, failure };
  }
  const isTokenUnchanged = values.access_token === submitted.access_token;
  return { submittedValues: null, values: isTokenUnchanged ? { ...values, access_token: '' } : values };
}

/** Keep the errors of fields that did not change since the submission. */
function keepApplicableErrors(
  errors: TokenizationErrors,
  values: TokenizationValues,
  submittedValues: TokenizationValues,
): TokenizationErrors {
  const [current, submitted] = [toTokenizeRequest(values), toTokenizeRequest(submittedValues)];
  const isUnchanged = (field: keyof TokenizationErrors): boolean =>
    JSON.stringify(current[field]) === JSON.stringify(submitted[field]);
  return Object.fromEntries(
    Object.entries(errors).filter(([field]) => isUnchanged(field as keyof TokenizationErrors)),
  );
}
