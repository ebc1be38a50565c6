import { assertNever } from './assertNever';

it('names the unexpected value', () => {
  // A newer server may send what the types exclude.
  const value = { type: 'surprise' } as never;
  expect(() => assertNever(value)).toThrow('Unexpected: {"type":"surprise"}');
});
