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
}

export interface DatasetRoute extends SampleFilter {
  readonly view: 'dataset';
  readonly id: string;
  /** An empty or unknown tab opens the first one. */
  readonly tab: string;
  /** The tokenization whose figures, tokens and record are shown; null: the newest. */
  readonly tokenization: string | null;
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
};

/** Return the route to a dataset's window; `changes` override the defaults. */
export function makeDatasetRoute(id: string, changes: Partial<DatasetRoute> = {}): DatasetRoute {
  return { view: 'dataset', id, tab: 'overview', tokenization: null, ...NO_FILTER, ...changes };
}

/** Parse an address; an unknown one is the list. */
export function parseRoute({ pathname, searchParams }: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const [root, id, tab = ''] = pathname.split('/').filter(Boolean).map(decodeSegment);
  if (root === 'storage') {
    return { view: 'storage' };
  }
  if (root !== 'datasets' || !id) {
    return { view: 'list' };
  }
  return makeDatasetRoute(id, { tab, ...parseQuery(searchParams) });
}

function parseQuery(query: URLSearchParams): Partial<DatasetRoute> {
  return {
    tokenization: query.get('tokenization'),
    split: query.get('split'),
    page: Math.max(1, parseWholeNumber(query.get('page')) ?? 1),
    search: query.get('search') ?? '',
    mode: MODES.find((mode) => mode === query.get('mode')) ?? NO_FILTER.mode,
    matchCase: query.get('case') === 'true',
    minTokens: parseWholeNumber(query.get('min_tokens')),
    maxTokens: parseWholeNumber(query.get('max_tokens')),
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
      return `/datasets/${encodeURIComponent(route.id)}/${route.tab}${query === '' ? '' : `?${query}`}`;
    }
    default:
      return assertNever(route);
  }
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
    ['page', route.page === 1 ? null : route.page],
  ];
  return all.flatMap(([name, value]) =>
    value === null || value === '' || value === false ? [] : [[name, String(value)] as [string, string]],
  );
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
