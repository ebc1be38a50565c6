/** What a tokenization's record means for the panel. */
import type { Tokenization } from '../types/dataset';
import { formatCount } from './formatters';

export type TokenizationAction = 'cancel' | 'retry';

/** What each status may do; a tokenization can be deleted in any. */
export const TOKENIZATION_ACTIONS: Readonly<Record<Tokenization['status'], readonly TokenizationAction[]>> = {
  queued: ['cancel'],
  processing: ['cancel'],
  ready: [],
  error: ['retry'],
  cancelled: ['retry'],
};

const PADDINGS: Readonly<Record<string, string>> = {
  max_length: 'padded to the maximum',
  longest: 'padded to the longest',
};

/** The settings of a tokenization as one line: what differs from the usual, and the length. */
export function settingsLine({ settings }: Pick<Tokenization, 'settings'>): string {
  const { max_length, padding, packing, truncation, add_special_tokens } = settings;
  const parts = [
    typeof max_length === 'number'
      ? `at most ${formatCount(max_length)} tokens`
      : 'the tokenizer’s own length',
    packing === 'concat' ? 'packed' : (PADDINGS[String(padding)] ?? 'not padded'),
    truncation === false ? 'not cut' : '',
    add_special_tokens === false ? 'no special tokens' : '',
  ];
  return parts.filter((part) => part !== '').join(' • ');
}
