/** The form of a tokenization as its parts get it: what they change is noted, and changes nothing. */
import type { TokenizationForm } from '../components/datasets/tokenization/useTokenizationForm';
import {
  DEFAULT_VALUES,
  type TokenizationErrors,
  type TokenizationValues,
} from '../utils/tokenizationValues';

/** A form with these values and errors. */
export function makeForm(
  values: Partial<TokenizationValues> = {},
  errors: TokenizationErrors = {},
): TokenizationForm & { readonly change: jest.Mock } {
  return {
    values: { ...DEFAULT_VALUES, ...values },
    errors,
    failure: null,
    existingId: null,
    submitting: false,
    longRows: null,
    change: jest.fn(),
    submit: () => Promise.resolve(),
    confirmLongRows: () => Promise.resolve(),
    dismissLongRows: () => undefined,
  };
}
