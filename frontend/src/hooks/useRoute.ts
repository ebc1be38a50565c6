/** Which view is open, kept in the address, so that a reload or a shared link lands on the same view. */
import { useSyncExternalStore } from 'react';

import type { SampleListResponse } from '../types/dataset';
import { assertNever } from '../utils/assertNever';

export type SearchMode = NonNullable<SampleListResponse['search']['mode']>;

/** What of a dataset's samples is shown. */
export interface SampleFilter {
  /** Null: all splits. */
  readonly split: string | null;
  /** From 1. */
  readonly page: number;
  /** Empty: every sample. */
  readonly search: string;
  readonly mode: SearchMode;
  /** Whether capital letters matter to the search. */
  readonly matchCase: boolean;
  readonly minTokens: number | null;
  readonly maxTokens: number | null;
}

export interface DatasetRoute extends SampleFilter {
  readonly view: 'dataset';
  readonly id: string;
  /** Empty, or unknown to the window: its first tab. */
  readonly tab: string;
  /** The tokenization that figures and tokens are of, and whose record is open; null: the newest. */
  readonly tokenization: string | null;
}

export type Route = { readonly view: 'list' } | { readonly view: 'storage' } | DatasetRoute;

/** Marks a view that was opened from the list: closing it goes back there, and leaves no trace in the history. */
interface HistoryState {
  readonly openedFromList: boolean;
}

const NAVIGATED = 'mistudio:navigated';
const MODES: readonly SearchMode[] = ['words', 'exact', 'regex'];

/** Every sample, from the first on. */
export const NO_FILTER: SampleFilter = {
  split: null,
  page: 1,
  search: '',
  mode: 'words',
  matchCase: false,
  minTokens: null,
  maxTokens: null,
};

/** The route to a dataset's window; what is not told is as at its first opening. */
export function datasetRoute(id: string, changes: Partial<DatasetRoute> = {}): DatasetRoute {
  return { view: 'dataset', id, tab: 'overview', tokenization: null, ...NO_FILTER, ...changes };
}

/** The route that an address names; an unknown one is the list. */
export function parseRoute({ pathname, searchParams }: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const [root, id, tab = ''] = pathname.split('/').filter(Boolean).map(decode);
  if (root === 'storage') {
    return { view: 'storage' };
  }
  if (root !== 'datasets' || !id) {
    return { view: 'list' };
  }
  return datasetRoute(id, {
    tab,
    tokenization: searchParams.get('tokenization'),
    split: searchParams.get('split'),
    page: Math.max(1, whole(searchParams.get('page')) ?? 1),
    search: searchParams.get('search') ?? '',
    mode: MODES.find((mode) => mode === searchParams.get('mode')) ?? NO_FILTER.mode,
    matchCase: searchParams.get('case') === 'true',
    minTokens: whole(searchParams.get('min_tokens')),
    maxTokens: whole(searchParams.get('max_tokens')),
  });
}

/** The address of a route. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'list':
      return '/';
    case 'storage':
      return '/storage';
    case 'dataset': {
      const query = new URLSearchParams(saidOf(route)).toString();
      return `/datasets/${encodeURIComponent(route.id)}/${route.tab}${query === '' ? '' : `?${query}`}`;
    }
    default:
      return assertNever(route);
  }
}

/** Open a dataset's window; the browser's back button closes it. */
export function openDataset(id: string): void {
  go(datasetRoute(id), 'push', { openedFromList: true });
}

/** Open the view of the disk; the browser's back button closes it. */
export function openStorage(): void {
  go({ view: 'storage' }, 'push', { openedFromList: true });
}

/** Show another part of the open window; the back button still closes the window. */
export function showInDataset(route: DatasetRoute): void {
  go(route, 'replace', window.history.state as HistoryState | null);
}

/** Close the open window. */
export function closeWindow(): void {
  if ((window.history.state as HistoryState | null)?.openedFromList === true) {
    window.history.back();
  } else {
    go({ view: 'list' }, 'replace', null);
  }
}

/** The route that is shown. */
export function useRoute(): Route {
  const address = useSyncExternalStore(listen, () => window.location.pathname + window.location.search);
  return parseRoute(new URL(address, window.location.origin));
}

function go(route: Route, how: 'push' | 'replace', state: HistoryState | null): void {
  const address = formatRoute(route);
  if (how === 'push') {
    window.history.pushState(state, '', address);
  } else {
    window.history.replaceState(state, '', address);
  }
  window.dispatchEvent(new Event(NAVIGATED));
}

function listen(onChange: () => void): () => void {
  window.addEventListener('popstate', onChange);
  window.addEventListener(NAVIGATED, onChange);
  return () => {
    window.removeEventListener('popstate', onChange);
    window.removeEventListener(NAVIGATED, onChange);
  };
}

/** What the address has to say of a dataset's view: nothing that goes without saying. */
function saidOf(route: DatasetRoute): [string, string][] {
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

/** A whole number of at least 0; null for everything else. */
function whole(text: string | null): number | null {
  const value = text === null || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
