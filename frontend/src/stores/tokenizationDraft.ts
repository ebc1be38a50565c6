/** A tokenization that is being thought over: it stays while its dataset's window is open, whichever tab is shown. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import type { ApiError } from '../api/errors';
import {
  requestOf,
  START,
  type TokenizationErrors,
  type TokenizationValues,
} from '../utils/tokenizationValues';
import { useDetailStore } from './detailStore';

interface DraftState {
  readonly values: TokenizationValues;
  readonly errors: TokenizationErrors;
  /** What belongs to no field. */
  readonly failure: ApiError | null;
  /** The values that are on their way to the server; null: none are. */
  readonly sent: TokenizationValues | null;
  /** A text of one's own, to be seen as tokens. */
  readonly previewText: string;
}

/** Why what was sent was refused; nothing where it was taken. */
type Refusal = Partial<Pick<DraftState, 'errors' | 'failure'>>;

interface DraftActions {
  readonly change: (changes: Partial<TokenizationValues>) => void;
  readonly changePreviewText: (text: string) => void;
  /** Note what is wrong with the values, or that nothing is. */
  readonly check: (errors: TokenizationErrors) => void;
  readonly send: (values: TokenizationValues) => void;
  /** Note how sending `values` ended; what was typed meanwhile stays. */
  readonly settle: (values: TokenizationValues, refusal: Refusal) => void;
}

const EMPTY: DraftState = { values: START, errors: {}, failure: null, sent: null, previewText: '' };

export const useTokenizationDraft = create<DraftState & DraftActions>()(
  devtools(
    (set) => ({
      ...EMPTY,
      change: (changes) =>
        set(
          ({ values }) => ({ values: { ...values, ...changes }, errors: {}, failure: null }),
          false,
          'change',
        ),
      changePreviewText: (previewText) => set({ previewText }, false, 'changePreviewText'),
      check: (errors) => set({ errors, failure: null }, false, 'check'),
      send: (sent) => set({ sent }, false, 'send'),
      settle: (values, refusal) =>
        // The window it was sent from may be closed by now.
        set((state) => (state.sent === values ? afterAnswer(state, values, refusal) : {}), false, 'settle'),
    }),
    { name: 'TokenizationDraft' },
  ),
);

// Another window begins anew, and a closed one leaves no access token behind.
useDetailStore.subscribe(({ id }, before) => {
  if (id === null || id !== before.id) {
    useTokenizationDraft.setState(EMPTY, false, 'forget');
  }
});

function afterAnswer(
  { values }: DraftState,
  sent: TokenizationValues,
  refusal: Refusal,
): Partial<DraftState> {
  const { errors, failure = null } = refusal;
  if (errors !== undefined) {
    return { sent: null, errors: stillTrue(errors, values, sent) };
  }
  if (failure !== null) {
    return { sent: null, failure };
  }
  const spent = values.access_token === sent.access_token;
  return { sent: null, values: spent ? { ...values, access_token: '' } : values };
}

/** The errors of the fields that are as they were sent. */
function stillTrue(
  errors: TokenizationErrors,
  values: TokenizationValues,
  sent: TokenizationValues,
): TokenizationErrors {
  const [now, then] = [requestOf(values), requestOf(sent)];
  return Object.fromEntries(
    Object.entries(errors).filter(([name]) => {
      const field = name as keyof TokenizationErrors;
      return JSON.stringify(now[field]) === JSON.stringify(then[field]);
    }),
  );
}
