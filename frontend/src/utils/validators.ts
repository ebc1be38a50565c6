/** The server's own rules, said before a request is sent. The server checks again: these spare a round trip. */
import type { TokenSlot } from '../types/dataset';

/** The Hub's rule: letters, digits, "-", "_" and "."; no leading or trailing "-" or "."; no "--" or "..". */
const NAME = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
const MAX_NAME = 96;
const MIN_LENGTH = 2;

/** What was typed, trimmed, a pasted Hub address reduced to the repository's id. */
export function normalizeHfRepoId(value: string): string {
  return value.trim().replace(/^https?:\/\/[^/]+\/datasets\/([^/]+\/[^/?#]+).*$/, '$1');
}

/**
 * Why `repoId` cannot be the id of a repository, or null where it can.
 *
 * Dataset ids are `namespace/name`; with `bare` one part (`gpt2`) will do as well.
 */
export function validateHfRepoId(repoId: string, { allowBare = false } = {}): string | null {
  if (repoId === '') {
    return 'Type a repository id, like roneneldan/TinyStories.';
  }
  const parts = repoId.split('/');
  if (parts.length > 2 || (parts.length === 1 && !allowBare)) {
    return `“${repoId}” is not a repository id: it has the form namespace/name, like roneneldan/TinyStories.`;
  }
  if (parts.some((part) => part.length > MAX_NAME || !NAME.test(part)) || repoId.endsWith('.git')) {
    return (
      `“${repoId}” is not a repository id: each part has letters, digits, “-”, “_” and “.” only, ` +
      'does not begin or end with “-” or “.”, and is at most 96 characters long.'
    );
  }
  return null;
}

/** What of a tokenization's settings can be wrong by itself, before a tokenizer is loaded. */
export interface TokenizationSettingsInput {
  readonly tokenizer: string;
  readonly max_length?: number | null;
  readonly padding?: 'max_length' | 'longest' | 'do_not_pad';
  readonly packing?: 'off' | 'concat';
  readonly begin_of_row_token?: TokenSlot;
  readonly document_separator_token?: TokenSlot;
  readonly end_of_document_token?: TokenSlot;
  readonly shuffle_seed?: number | null;
  readonly heldout_fraction?: number;
}

export type TokenizationSettingsErrors = Partial<Record<keyof TokenizationSettingsInput, string>>;

/** The fields that say which special token stands in which place. */
const TOKEN_SLOTS = ['begin_of_row_token', 'document_separator_token', 'end_of_document_token'] as const;

/** A whole number that no reader of JSON rounds. */
function isWholeNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Whether a tokenizer is named by its place on the server's machine. */
function isPath(tokenizer: string): boolean {
  return tokenizer.startsWith('/') || tokenizer.startsWith('./');
}

/** What is wrong with each field of a tokenization's settings; an empty object where nothing is. */
export function validateTokenizationSettings(
  settings: TokenizationSettingsInput,
): TokenizationSettingsErrors {
  const errors: TokenizationSettingsErrors = {};
  const repository = isPath(settings.tokenizer)
    ? null
    : validateHfRepoId(settings.tokenizer, { allowBare: true });
  if (repository !== null) {
    errors.tokenizer =
      settings.tokenizer === '' ? 'Type a tokenizer’s repository id, like gpt2.' : repository;
  }
  const length = settings.max_length ?? null;
  if (length !== null && (!Number.isInteger(length) || length < MIN_LENGTH)) {
    errors.max_length = `The maximum length is a whole number of at least ${MIN_LENGTH}.`;
  }
  if (settings.packing === 'concat' && (settings.padding ?? 'do_not_pad') !== 'do_not_pad') {
    errors.padding = 'Packed rows are full already: choose “Do Not Pad”, or switch packing off.';
  }
  for (const slot of TOKEN_SLOTS) {
    const value = settings[slot];
    if (typeof value === 'number' && !isWholeNumber(value)) {
      errors[slot] = 'A token’s id is a whole number of at least 0.';
    }
  }
  const seed = settings.shuffle_seed ?? null;
  if (seed !== null && !isWholeNumber(seed)) {
    errors.shuffle_seed = 'A seed is a whole number of at least 0; leave it empty to keep the order.';
  }
  const heldOut = settings.heldout_fraction ?? 0;
  if (!(heldOut >= 0 && heldOut < 1)) {
    errors.heldout_fraction = 'The share held out is at least 0 and less than 100 per cent.';
  }
  return errors;
}
