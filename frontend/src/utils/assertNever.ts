/**
 * Stands where no case is left: the compiler refuses a call that could be reached.
 *
 * @throws Error when the server says something that the generated types do not know.
 */
export function assertNever(value: never): never {
  throw new Error(`Unexpected: ${JSON.stringify(value)}`);
}
