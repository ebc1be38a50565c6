/** Explains an empty page of samples: where the search looked, and what to try instead. */
import type { DatasetDetail } from '../../../types/dataset';
import { describeText } from '../../../utils/datasets';
import type { SampleFilter } from '../../../utils/route';

/** Return why no sample passes `asked`, and what to try. */
export function explainEmpty(
  asked: SampleFilter,
  dataset: Pick<DatasetDetail, 'text_column' | 'text_template' | 'splits'>,
): string {
  // A dataset's only split is all of it: nothing more would be searched in all splits.
  const filter = dataset.splits.length === 1 ? { ...asked, split: null } : asked;
  const { search, minTokens, maxTokens } = filter;
  if (minTokens !== null && maxTokens !== null && minTokens > maxTokens) {
    return 'The minimum number of tokens is above the maximum. Swap the two numbers.';
  }
  if (search !== '') {
    return explainNoMatches(filter, describeText(dataset));
  }
  if (filter.where.length > 0) {
    return explainNoPassing(filter);
  }
  return hasTokenRange(filter) ? explainEmptyRange(filter) : explainEmptySplit(filter);
}

function explainNoPassing({ where, split }: SampleFilter): string {
  const filters = where.length === 1 ? 'the filter' : `all ${where.length} filters`;
  const remedy = where.length === 1 ? 'Remove it' : 'Remove one';
  return split === null
    ? `No samples pass ${filters}. ${remedy}.`
    : `No samples in split “${split}” pass ${filters}. ${remedy}, or choose all splits.`;
}

/** Return whether `filter` limits the number of tokens. */
export function hasTokenRange({ minTokens, maxTokens }: SampleFilter): boolean {
  return minTokens !== null || maxTokens !== null;
}

function explainNoMatches(filter: SampleFilter, text: string | null): string {
  const places = [
    text === null ? '' : `in ${text}`,
    filter.split === null ? '' : `of split “${filter.split}”`,
    describeRange(filter),
  ];
  const remedies = [
    'fewer words',
    'another mode',
    hasTokenRange(filter) ? 'a wider token range' : '',
    filter.where.length === 0 ? '' : 'fewer filters',
    filter.split === null ? '' : 'all splits',
  ].filter((remedy) => remedy !== '');
  const where = ['No matches', ...places].filter((part) => part !== '').join(' ');
  return `${where}. Try ${remedies.slice(0, -1).join(', ')} or ${remedies.at(-1) ?? ''}.`;
}

function explainEmptyRange(filter: SampleFilter): string {
  const { split } = filter;
  const place = split === null ? 'in this dataset' : `in split “${split}”`;
  const remedy = split === null ? 'Widen the range.' : 'Widen the range or choose all splits.';
  return `No samples ${place} ${describeRange(filter)}. ${remedy}`;
}

function explainEmptySplit({ split }: SampleFilter): string {
  return split === null
    ? 'This dataset has no samples. Download or import another one.'
    : `Split “${split}” has no samples. Choose another split.`;
}

function describeRange({ minTokens, maxTokens }: SampleFilter): string {
  if (minTokens === null) return maxTokens === null ? '' : `with at most ${maxTokens} tokens`;
  return maxTokens === null
    ? `with at least ${minTokens} tokens`
    : `with ${minTokens} to ${maxTokens} tokens`;
}
