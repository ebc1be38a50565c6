/** What a tokenization's record means for the panel. */
import type { DatasetDetail, Tokenization } from '../types/dataset';
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

/** The id of the newest tokenization that can be used; null where there is none. */
export function findNewestReady({ tokenizations }: Pick<DatasetDetail, 'tokenizations'>): string | null {
  const ready = tokenizations.filter(({ status }) => status === 'ready');
  return ready.sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))[0]?.id ?? null;
}

/** The settings of a tokenization as one line: what differs from the usual, and the length. */
export function describeSettings({ settings }: Pick<Tokenization, 'settings'>): string {
  const { max_length, padding, packing, truncation, add_special_tokens, apply_chat_template } = settings;
  const parts = [
    typeof max_length === 'number'
      ? `at most ${formatCount(max_length)} tokens`
      : 'the tokenizer’s own length',
    packing === 'concat' ? 'packed' : (PADDINGS[String(padding)] ?? 'not padded'),
    truncation === false ? 'not cut' : '',
    add_special_tokens === false ? 'no special tokens' : '',
    apply_chat_template === true ? 'chat template' : '',
    ...describeSource(settings),
  ];
  return parts.filter((part) => part !== '').join(' • ');
}

/** What of the dataset was taken, where that is not all of it in its own order. */
function describeSource({
  splits,
  text_column,
  shuffle_seed,
  heldout_fraction,
}: Tokenization['settings']): string[] {
  return [
    Array.isArray(splits) ? `${splits.length === 1 ? 'split' : 'splits'} ${splits.join(', ')}` : '',
    typeof text_column === 'string' ? `column ${text_column}` : '',
    typeof shuffle_seed === 'number' ? `shuffled by seed ${shuffle_seed}` : '',
    typeof heldout_fraction === 'number' && heldout_fraction > 0
      ? `${formatCount(100 * heldout_fraction)} % held out`
      : '',
  ];
}
