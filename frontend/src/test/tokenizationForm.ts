/** A tokenization form for its parts; changes are recorded but have no effect. */
import type { TokenizationForm } from '../components/datasets/tokenization/useTokenizationForm';
import {
  DEFAULT_VALUES,
  type TokenizationErrors,
  type TokenizationValues,
} from '../utils/tokenizationValues';

/** Return a form with these values and errors. */
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
