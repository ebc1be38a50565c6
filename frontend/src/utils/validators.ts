/** Checks form values by the server's rules before a request is sent; the server checks them again. */
import type { TokenSlot } from '../types/dataset';

/** The Hub's rule: letters, digits, "-", "_" and "."; no leading or trailing "-" or "."; no "--" or "..". */
const NAME = /^(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;
const MAX_NAME = 96;
const MIN_LENGTH = 2;

/** Trim the input, and reduce a pasted Hub address to the repository id. */
export function normalizeHfRepoId(value: string): string {
  return value.trim().replace(/^https?:\/\/[^/]+\/datasets\/([^/]+\/[^/?#]+).*$/, '$1');
}

/**
 * Return why `repoId` is not a valid repository id, or null if it is.
 *
 * A dataset id is `namespace/name`; `allowBare` accepts a single name such as `gpt2`, too.
 */
export function validateHfRepoId(repoId: string, { allowBare = false } = {}): string | null {
  if (repoId === '') {
    return 'Enter a repository ID such as roneneldan/TinyStories.';
  }
  const parts = repoId.split('/');
  if (parts.length > 2 || (parts.length === 1 && !allowBare)) {
    return `“${repoId}” is not a repository ID. Use the form namespace/name, such as roneneldan/TinyStories.`;
  }
  const isValid =
    parts.every((part) => part.length <= MAX_NAME && NAME.test(part)) && !repoId.endsWith('.git');
  return isValid
    ? null
    : `“${repoId}” is not a repository ID. Each part may have letters, digits, “-”, “_” and “.”, ` +
        'must not begin or end with “-” or “.”, and is at most 96 characters long.';
}

/** The settings that can be checked before a tokenizer is loaded. */
export interface TokenizationSettingsInput {
  readonly tokenizer: string;
  readonly max_length?: number | null;
  readonly padding?: 'max_length' | 'longest' | 'do_not_pad';
  readonly packing?: 'off' | 'concat' | 'windows';
  readonly begin_of_row_token?: TokenSlot;
  readonly document_separator_token?: TokenSlot;
  readonly end_of_document_token?: TokenSlot;
  readonly shuffle_seed?: number | null;
  readonly heldout_fraction?: number;
  readonly min_tokens?: number;
  readonly max_tokens?: number | null;
  readonly stride?: number | null;
}

export type TokenizationSettingsErrors = Partial<Record<keyof TokenizationSettingsInput, string>>;

/** The fields that set a special token. */
const TOKEN_SLOTS = ['begin_of_row_token', 'document_separator_token', 'end_of_document_token'] as const;

/** Return whether `value` is a whole number that JSON readers do not round. */
/** Return whether a typed text is a whole number from `least` to `most`. */
export function isWholeText(text: string, least: number, most: number = Number.MAX_SAFE_INTEGER): boolean {
  return /^\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

function isWholeNumber(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Return whether a tokenizer is a path on the server's machine. */
function isPath(tokenizer: string): boolean {
  return tokenizer.startsWith('/') || tokenizer.startsWith('./');
}

/** Return the errors of a tokenization's settings; an empty object if there are none. */
export function validateTokenizationSettings(
  settings: TokenizationSettingsInput,
): TokenizationSettingsErrors {
  const slots = TOKEN_SLOTS.map((slot) => [slot, validateSlot(settings[slot])] as const);
  const all = {
    tokenizer: validateTokenizer(settings.tokenizer),
    max_length: validateMaxLength(settings.max_length ?? null),
    padding: validatePadding(settings),
    ...Object.fromEntries(slots),
    shuffle_seed: validateSeed(settings.shuffle_seed ?? null),
    heldout_fraction: validateHeldOut(settings.heldout_fraction ?? 0),
    min_tokens: validateCount('Minimum tokens', settings.min_tokens ?? 0, 0),
    max_tokens: validateCount('Maximum tokens', settings.max_tokens ?? 1, 1),
    stride: validateCount('The stride', settings.stride ?? 1, 1),
  };
  return Object.fromEntries(Object.entries(all).filter(([, message]) => message !== null));
}

function validateTokenizer(tokenizer: string): string | null {
  if (tokenizer === '') {
    return 'Enter a Hub model ID such as gpt2.';
  }
  return isPath(tokenizer) ? null : validateHfRepoId(tokenizer, { allowBare: true });
}

function validateMaxLength(length: number | null): string | null {
  return length === null || (Number.isInteger(length) && length >= MIN_LENGTH)
    ? null
    : `Max length must be a whole number of at least ${MIN_LENGTH}.`;
}

function validatePadding({ packing, padding = 'do_not_pad' }: TokenizationSettingsInput): string | null {
  return packing === 'concat' && padding !== 'do_not_pad'
    ? 'Packed rows need no padding. Choose “Do Not Pad”, or turn packing off.'
    : null;
}

function validateSlot(token: TokenSlot | undefined): string | null {
  return typeof token === 'number' && !isWholeNumber(token)
    ? 'A token ID must be a whole number of at least 0.'
    : null;
}

function validateSeed(seed: number | null): string | null {
  return seed === null || isWholeNumber(seed)
    ? null
    : 'The seed must be a whole number of at least 0. Leave it empty to keep the order.';
}

function validateHeldOut(share: number): string | null {
  return share >= 0 && share < 1 ? null : 'The held-out share must be at least 0 and less than 100 percent.';
}

function validateCount(name: string, count: number, least: number): string | null {
  return isWholeNumber(count) && count >= least
    ? null
    : `${name} must be a whole number of at least ${least}. Leave it empty for the default.`;
}
