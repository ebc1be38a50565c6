/** Finds where the focus goes when a dialog closes, also if its opener was deleted meanwhile. */

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), ' +
  '[tabindex="0"], [tabindex="-1"]';

/** Return `opener`, then what can be focused in the list items after and before it; the first one left gets the focus. */
export function findFocusFallbacks(opener: Element | null): readonly Element[] {
  const item = opener?.closest('li');
  const neighbours = [item?.nextElementSibling, item?.previousElementSibling].map((neighbour) =>
    neighbour?.querySelector(FOCUSABLE),
  );
  return [opener, ...neighbours].filter((element) => element instanceof Element);
}

/**
 * Focus the element with the id `preferredId`, or the first of `fallbacks` that is still in the document.
 *
 * If none is left, the open dialog's tab panel, the open dialog or the page's main part gets the focus.
 */
export function restoreFocus(preferredId: string | undefined, fallbacks: readonly Element[]): void {
  const preferred = preferredId === undefined ? null : document.getElementById(preferredId);
  const target = preferred ?? fallbacks.find((element) => element.isConnected) ?? findSurroundings();
  if (target instanceof HTMLElement) target.focus();
}

function findSurroundings(): Element | null {
  const dialog = [...document.querySelectorAll('[role="dialog"]')].at(-1);
  return dialog === undefined
    ? document.querySelector('main')
    : (dialog.querySelector('[role="tabpanel"]') ?? dialog);
}
