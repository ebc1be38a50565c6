/** Interprets a tokenization's record for the panel. */
import type { DatasetDetail, Tokenization } from '../types/dataset';
import { canRetry } from './datasets';
import { formatCount } from './formatters';

export type TokenizationAction = 'cancel' | 'retry';

/** The actions that each status allows; every status allows deletion. */
const TOKENIZATION_ACTIONS: Readonly<Record<Tokenization['status'], readonly TokenizationAction[]>> = {
  queued: ['cancel'],
  processing: ['cancel'],
  ready: [],
  error: ['retry'],
  cancelled: ['retry'],
};

const PADDINGS: Readonly<Record<string, string>> = {
  max_length: 'padded to max length',
  longest: 'padded to the longest row',
};

/** Return the actions, besides a delete, that the tokenization's status and error allow. */
export function listTokenizationActions({
  status,
  error_code,
}: Pick<Tokenization, 'status' | 'error_code'>): readonly TokenizationAction[] {
  return TOKENIZATION_ACTIONS[status].filter((action) => action !== 'retry' || canRetry(error_code));
}

/** Return the id of the newest ready tokenization; null if there is none. */
export function findNewestReady({ tokenizations }: Pick<DatasetDetail, 'tokenizations'>): string | null {
  const ready = tokenizations.filter(({ status }) => status === 'ready');
  return ready.sort((one, other) => Date.parse(other.created_at) - Date.parse(one.created_at))[0]?.id ?? null;
}

/** Describe a tokenization's settings in one line: the length, and what differs from the defaults. */
export function describeSettings({ settings }: Pick<Tokenization, 'settings'>): string {
  const { max_length, padding, packing, truncation, add_special_tokens, apply_chat_template } = settings;
  const parts = [
    typeof max_length === 'number'
      ? `${formatCount(max_length)}-token rows`
      : 'rows of the tokenizer’s own length',
    packing === 'concat' ? 'packed' : (PADDINGS[String(padding)] ?? 'not padded'),
    truncation === false ? 'not truncated' : '',
    add_special_tokens === false ? 'no special tokens' : '',
    apply_chat_template === true ? 'chat template' : '',
    ...describeSource(settings),
  ];
  return parts.filter((part) => part !== '').join(' • ');
}

/** Describe which part of the dataset was used, unless it is all of it in its original order. */
function describeSource({
  splits,
  text_column,
  text_template,
  shuffle_seed,
  heldout_fraction,
}: Tokenization['settings']): string[] {
  return [
    Array.isArray(splits) ? `${splits.length === 1 ? 'split' : 'splits'} ${splits.join(', ')}` : '',
    typeof text_template === 'string' ? `template ${text_template}` : '',
    typeof text_column === 'string' ? `column ${text_column}` : '',
    typeof shuffle_seed === 'number' ? `shuffled (seed ${shuffle_seed})` : '',
    typeof heldout_fraction === 'number' && heldout_fraction > 0
      ? `${formatCount(100 * heldout_fraction)}% held out`
      : '',
  ];
}
