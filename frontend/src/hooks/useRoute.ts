/** Which view is open, kept in the address, so that a reload or a shared link lands on the same view. */
import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly view: 'list' }
  | {
      readonly view: 'dataset';
      readonly id: string;
      /** Empty, or unknown to the window: its first tab. */
      readonly tab: string;
      /** Of the samples; null: all splits. */
      readonly split: string | null;
      /** Of the samples, from 1. */
      readonly page: number;
    };

export type DatasetRoute = Extract<Route, { view: 'dataset' }>;

/** Marks a view that was opened from the list: closing it goes back there, and leaves no trace in the history. */
interface HistoryState {
  readonly openedFromList: boolean;
}

const NAVIGATED = 'mistudio:navigated';

/** The route that an address names; an unknown one is the list. */
export function parseRoute(url: Pick<URL, 'pathname' | 'searchParams'>): Route {
  const [root, id, tab = ''] = url.pathname.split('/').filter(Boolean).map(decode);
  if (root !== 'datasets' || !id) {
    return { view: 'list' };
  }
  const page = Number(url.searchParams.get('page') ?? '1');
  return {
    view: 'dataset',
    id,
    tab,
    split: url.searchParams.get('split'),
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** The address of a route. */
export function formatRoute(route: Route): string {
  if (route.view === 'list') {
    return '/';
  }
  const params = new URLSearchParams();
  if (route.split !== null) params.set('split', route.split);
  if (route.page > 1) params.set('page', String(route.page));
  const query = params.toString();
  return `/datasets/${encodeURIComponent(route.id)}/${route.tab}${query === '' ? '' : `?${query}`}`;
}

/** Open a dataset's window; the browser's back button closes it. */
export function openDataset(id: string): void {
  go({ view: 'dataset', id, tab: 'overview', split: null, page: 1 }, 'push', { openedFromList: true });
}

/** Show another part of the open window; the back button still closes the window. */
export function showInDataset(route: DatasetRoute): void {
  go(route, 'replace', window.history.state as HistoryState | null);
}

/** Close the open window. */
export function closeDataset(): void {
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

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
