/**
 * Mark a branch as unreachable; the compiler rejects a call that could be reached.
 *
 * @throws Error when the server sends a value that the generated types exclude.
 */
export function assertNever(value: never): never {
  throw new Error(`Unexpected: ${JSON.stringify(value)}`);
}
