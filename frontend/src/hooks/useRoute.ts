/** Reads and changes the browser's address, which holds the open view. */
import { useSyncExternalStore } from 'react';

import { type DatasetRoute, formatRoute, makeDatasetRoute, parseRoute, type Route } from '../utils/route';

/** Whether a view was opened from the list; closing it then goes back and leaves no history entry. */
interface HistoryState {
  readonly openedFromList: boolean;
}

const NAVIGATED = 'mistudio:navigated';

/** Open a dataset's window; the browser's back button closes it. */
export function openDataset(id: string): void {
  navigate(makeDatasetRoute(id), 'push', { openedFromList: true });
}

/** Open the storage window; the browser's back button closes it. */
export function openStorage(): void {
  navigate({ view: 'storage' }, 'push', { openedFromList: true });
}

/** Show another part of the open window; the back button still closes the window. */
export function showInDataset(route: DatasetRoute): void {
  navigate(route, 'replace', window.history.state as HistoryState | null);
}

/** Close the open window. */
export function closeWindow(): void {
  if ((window.history.state as HistoryState | null)?.openedFromList === true) {
    window.history.back();
  } else {
    navigate({ view: 'list' }, 'replace', null);
  }
}

/** Return the current route; the caller renders again when it changes. */
export function useRoute(): Route {
  const address = useSyncExternalStore(
    subscribeToAddress,
    () => window.location.pathname + window.location.search,
  );
  return parseRoute(new URL(address, window.location.origin));
}

function navigate(route: Route, how: 'push' | 'replace', state: HistoryState | null): void {
  const address = formatRoute(route);
  if (how === 'push') {
    window.history.pushState(state, '', address);
  } else {
    window.history.replaceState(state, '', address);
  }
  window.dispatchEvent(new Event(NAVIGATED));
}

function subscribeToAddress(onChange: () => void): () => void {
  window.addEventListener('popstate', onChange);
  window.addEventListener(NAVIGATED, onChange);
  return () => {
    window.removeEventListener('popstate', onChange);
    window.removeEventListener(NAVIGATED, onChange);
  };
}
