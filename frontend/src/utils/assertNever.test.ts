import { assertNever } from './assertNever';

it('says what was not expected', () => {
  // What the types rule out, a newer server may still say.
  const value = { type: 'surprise' } as never;
  expect(() => assertNever(value)).toThrow('Unexpected: {"type":"surprise"}');
});
