/** Reads and changes the browser's address, which holds the open view. */
import { useSyncExternalStore } from 'react';

import { type DatasetRoute, formatRoute, makeDatasetRoute, parseRoute, type Route } from '../utils/route';

/** A view that was opened from the list; closing it goes back to the list. */
interface HistoryState {
  /** The number of history entries since the list. */
  readonly distance: number;
}

const NAVIGATED = 'mistudio:navigated';

/** Open a dataset's window; the browser's back button closes it. */
export function openDataset(id: string): void {
  navigate(makeDatasetRoute(id), 'push', { distance: 1 });
}

/** Open the storage window; the browser's back button closes it. */
export function openStorage(): void {
  navigate({ view: 'storage' }, 'push', { distance: 1 });
}

/**
 * Show another part of the open window; the back button returns to the part before.
 *
 * A search and a range of tokens that are being typed replace their own entry.
 */
export function showInDataset(route: DatasetRoute): void {
  const state = window.history.state as HistoryState | null;
  const current = parseRoute(new URL(window.location.href));
  if (current.view === 'dataset' && isRefinement(current, route)) {
    navigate(route, 'replace', state);
  } else {
    navigate(route, 'push', state === null ? null : { distance: state.distance + 1 });
  }
}

/** Return whether `next` only goes on typing what `current` searches for. */
function isRefinement(current: DatasetRoute, next: DatasetRoute): boolean {
  const { search, minTokens, maxTokens } = next;
  const isTyping =
    (current.search !== search && current.search !== '' && search !== '') ||
    (current.minTokens !== minTokens && current.minTokens !== null) ||
    (current.maxTokens !== maxTokens && current.maxTokens !== null);
  const typed = { ...current, search, minTokens, maxTokens, page: next.page };
  return isTyping && formatRoute(typed) === formatRoute(next);
}

/** Close the open window. */
export function closeWindow(): void {
  const state = window.history.state as HistoryState | null;
  if (state === null) {
    navigate({ view: 'list' }, 'replace', null);
  } else {
    window.history.go(-state.distance);
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
