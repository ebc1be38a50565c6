/** A value that is loaded: exactly one of three states instead of several flags. */
export type Async<Value, Failure> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: Failure }
  | { readonly kind: 'loaded'; readonly value: Value };
