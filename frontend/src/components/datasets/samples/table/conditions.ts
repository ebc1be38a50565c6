/** Conditions on columns, as the address and the API write them: JSON arrays of column, operator and value. */

export const OPERATORS = ['=', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'is_null', 'not_null'] as const;
export type Operator = (typeof OPERATORS)[number];

const WORDS: Readonly<Partial<Record<Operator, string>>> = {
  is_null: 'is null',
  not_null: 'is not null',
};

/** Return whether the operator compares with a value. */
export function takesValue(operator: Operator): boolean {
  return operator !== 'is_null' && operator !== 'not_null';
}

/** Return the JSON of a condition. */
export function formatCondition(column: string, operator: Operator, value?: unknown): string {
  return JSON.stringify(takesValue(operator) ? [column, operator, value] : [column, operator]);
}

/** Describe a condition in few words; one that is not JSON is shown as it is. */
export function describeCondition(condition: string): string {
  const [column, operator, value] = parseCondition(condition);
  if (typeof column !== 'string' || typeof operator !== 'string') return condition;
  const words = WORDS[operator as Operator] ?? operator;
  return takesValue(operator as Operator)
    ? `${column} ${words} ${JSON.stringify(value)}`
    : `${column} ${words}`;
}

/** Return the parts of a condition; none where the address holds something else. */
export function parseCondition(condition: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(condition);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/**
 * Return the value that a person typed for a column of this kind. The server says what is wrong with any other.
 *
 * Text stays text. In any other column, what is JSON counts as such; so `5` is a number and `true` is no text.
 */
export function parseValue(text: string, kind: string | null, operator: Operator): unknown {
  if (operator === 'in') {
    return text.split(',').map((part) => parseValue(part.trim(), kind, '='));
  }
  if (kind === 'text') return text;
  try {
    const value: unknown = JSON.parse(text);
    // A browser's numbers are exact up to 2 ** 53 only; the server takes larger ones as text.
    return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? text.trim()
      : value;
  } catch {
    return text;
  }
}

/** Return `where` with `added`, each condition once. */
export function addConditions(where: readonly string[], added: readonly string[]): readonly string[] {
  return [...new Set([...where, ...added])];
}
