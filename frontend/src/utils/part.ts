/** How much of a repository is asked for: from the form's texts to the API's fields. */
import type { DatasetDownloadRequest } from '../types/dataset';

export interface PartValues {
  readonly amount: 'all' | 'rows' | 'bytes';
  /** A number of rows, or of gigabytes. */
  readonly amount_value: string;
  readonly order: 'first' | 'random';
  readonly seed: string;
  /** Names with commas between them; empty: all columns. */
  readonly columns: string;
}

type PartFields = Pick<DatasetDownloadRequest, 'amount' | 'order' | 'seed' | 'columns'>;

export const WHOLE: PartValues = { amount: 'all', amount_value: '', order: 'first', seed: '', columns: '' };

const GIGABYTE = 1024 ** 3;

/** Return what is wrong with the amount or the seed, or null. */
export function validatePart({ amount, amount_value, order, seed }: PartValues): string | null {
  if (amount === 'all') {
    return null;
  }
  if (readCount(amount, amount_value) === null) {
    return amount === 'rows'
      ? 'Enter a whole number of rows, such as 100000.'
      : 'Enter a size in GB, such as 2 or 0.5.';
  }
  return order === 'random' && readSeed(seed) === null
    ? 'Enter a whole number as the seed, such as 7.'
    : null;
}

/** Return the fields of the request; what is left as it is, is left out. */
export function toPartFields(values: PartValues): Partial<PartFields> {
  const columns = listColumns(values.columns);
  return { ...toAmountFields(values), ...(columns.length > 0 ? { columns } : {}) };
}

function toAmountFields({ amount, amount_value, order, seed }: PartValues): Partial<PartFields> {
  const count = readCount(amount, amount_value);
  if (amount === 'all' || count === null) {
    return {};
  }
  return {
    amount: amount === 'rows' ? { kind: 'rows', rows: count } : { kind: 'bytes', bytes: count },
    ...(order === 'random' ? { order, seed: readSeed(seed) ?? 0 } : {}),
  };
}

/** Return the parameters with which the preflight asks about the part. */
export function toPartQuery(values: PartValues): Record<string, string | number | readonly string[]> {
  const { amount, order, seed, columns } = toPartFields(values);
  return {
    ...(amount?.kind === 'rows' ? { rows: amount.rows } : {}),
    ...(amount?.kind === 'bytes' ? { max_bytes: amount.bytes } : {}),
    ...(order === undefined ? {} : { order, seed: seed ?? 0 }),
    ...(columns ? { columns } : {}),
  };
}

function listColumns(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function readCount(amount: PartValues['amount'], text: string): number | null {
  const plain = text.replace(/[,\s]/g, '');
  const number = /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : 0;
  const count = amount === 'rows' ? number : Math.floor(number * GIGABYTE);
  return Number.isSafeInteger(count) && count > 0 ? count : null;
}

function readSeed(text: string): number | null {
  const seed = text.trim() === '' ? 0 : Number(text);
  return Number.isSafeInteger(seed) && seed >= 0 ? seed : null;
}
