/** Something that is being got: exactly one of three, never a mixture of flags. */
export type Async<Value, Failure> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: Failure }
  | { readonly kind: 'loaded'; readonly value: Value };
