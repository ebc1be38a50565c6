/** The panel's views and their addresses, so that a reload or a shared link opens the same view. */
import type { SampleListResponse } from '../types/dataset';
import { assertNever } from './assertNever';

export type SearchMode = NonNullable<SampleListResponse['search']['mode']>;

/** Which of a dataset's samples are shown. */
export interface SampleFilter {
  /** Null: all splits. */
  readonly split: string | null;
  /** From 1. */
  readonly page: number;
  /** Empty: every sample. */
  readonly search: string;
  readonly mode: SearchMode;
  readonly matchCase: boolean;
  readonly minTokens: number | null;
  readonly maxTokens: number | null;
  /** Conditions on columns, each a JSON array of column, operator and value. */
  readonly where: readonly string[];
  /** The column that sorts the samples, after a minus for the greatest first; null: the order of the data. */
  readonly orderBy: string | null;
}

/** How samples are shown. */
export type SampleLayout = 'cards' | 'table';
/** One sample: its split and its number within it. */
export interface RowRef {
  readonly split: string;
  readonly row: number;
}

export interface DatasetRoute extends SampleFilter {
  readonly view: 'dataset';
  readonly id: string;
  /** An empty or unknown tab opens the first one. */
  readonly tab: string;
  /** The tokenization whose figures, tokens and record are shown; null: the newest. */
  readonly tokenization: string | null;
  readonly layout: SampleLayout;
  /** The sample in the pane beside the table; null: none. */
  readonly sample: RowRef | null;
  /** The written row of the tokenization that is shown; null: its first one. */
  readonly tokenRow: RowRef | null;
  /** The position in that row whose token is traced; null: none. */
  readonly token: number | null;
}

export type Route = { readonly view: 'list' } | { readonly view: 'storage' } | DatasetRoute;

const MODES: readonly SearchMode[] = ['words', 'exact', 'regex'];

/** Shows every sample, from the first page. */
export const NO_FILTER: SampleFilter = {
  split: null,
  page: 1,
  search: '',
  mode: 'words',
  matchCase: false,
  minTokens: null,
  maxTokens: null,
  where: [],
  orderBy: null,
};

/** Return the route to a dataset's window; `changes` override the defaults. */
export function makeDatasetRoute(id: string, changes: Partial<DatasetRoute> = {}): DatasetRoute {
  return {
    view: 'dataset',
    id,
    tab: 'overview',
    tokenization: null,
    layout: 'cards',
    sample: null,
    tokenRow: null,
    token: null,
    ...NO_FILTER,
    ...changes,
  };
}

/** Parse an address; an unknown one is the list. */
export function parseRoute({ pathname, searchParams }: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const [root, id, tab = '', split, row] = pathname.split('/').filter(Boolean).map(decodeSegment);
  if (root === 'storage') {
    return { view: 'storage' };
  }
  if (root !== 'datasets' || !id) {
    return { view: 'list' };
  }
  const sample = tab === 'samples' ? parseSample(split, row) : null;
  const query = parseQuery(searchParams);
  return makeDatasetRoute(id, { tab, ...query, sample, layout: sample === null ? query.layout : 'table' });
}

function parseSample(split: string | undefined, row: string | undefined): RowRef | null {
  const number = parseWholeNumber(row ?? null);
  return split === undefined || number === null ? null : { split, row: number };
}

/** Parse the split and the number of a written row, as in `train/12`. */
function parseTokenRow(text: string | null): RowRef | null {
  const slash = text?.lastIndexOf('/') ?? -1;
  return text === null || slash < 1 ? null : parseSample(text.slice(0, slash), text.slice(slash + 1));
}

function parseQuery(query: URLSearchParams): Omit<DatasetRoute, 'view' | 'id' | 'tab' | 'sample'> {
  return {
    tokenization: query.get('tokenization'),
    split: query.get('split'),
    page: Math.max(1, parseWholeNumber(query.get('page')) ?? 1),
    search: query.get('search') ?? '',
    mode: MODES.find((mode) => mode === query.get('mode')) ?? NO_FILTER.mode,
    matchCase: query.get('case') === 'true',
    minTokens: parseWholeNumber(query.get('min_tokens')),
    maxTokens: parseWholeNumber(query.get('max_tokens')),
    where: query.getAll('where'),
    orderBy: query.get('order_by'),
    layout: query.get('view') === 'table' ? 'table' : 'cards',
    tokenRow: parseTokenRow(query.get('row')),
    token: parseWholeNumber(query.get('token')),
  };
}

/** Return the address of a route. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'list':
      return '/';
    case 'storage':
      return '/storage';
    case 'dataset': {
      const query = new URLSearchParams(listQueryPairs(route)).toString();
      const sample = route.tab === 'samples' ? formatSample(route.sample) : '';
      return `/datasets/${encodeURIComponent(route.id)}/${route.tab}${sample}${query === '' ? '' : `?${query}`}`;
    }
    default:
      return assertNever(route);
  }
}

function formatSample(sample: RowRef | null): string {
  return sample === null ? '' : `/${encodeURIComponent(sample.split)}/${sample.row}`;
}

/** List the query parameters of a route, without those that have their default value. */
function listQueryPairs(route: DatasetRoute): [string, string][] {
  const all: [string, string | number | boolean | null][] = [
    ['tokenization', route.tokenization],
    ['split', route.split],
    ['search', route.search],
    ['mode', route.mode === NO_FILTER.mode ? null : route.mode],
    ['case', route.matchCase],
    ['min_tokens', route.minTokens],
    ['max_tokens', route.maxTokens],
    ...route.where.map((condition): [string, string] => ['where', condition]),
    ['order_by', route.orderBy],
    ['view', route.layout === 'table' && route.sample === null ? 'table' : null],
    ['page', route.page === 1 ? null : route.page],
    ...listTokenPairs(route),
  ];
  return all.flatMap(([name, value]) =>
    value === null || value === '' || value === false ? [] : [[name, String(value)] as [string, string]],
  );
}

/** Row and token belong to the tab that shows them. */
function listTokenPairs({ tab, tokenRow, token }: DatasetRoute): [string, string | number | null][] {
  if (tab !== 'tokenization' || tokenRow === null) return [];
  return [
    ['row', `${tokenRow.split}/${tokenRow.row}`],
    ['token', token],
  ];
}

/** Parse a whole number of at least 0; return null for anything else. */
function parseWholeNumber(text: string | null): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
