import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

interface DialogProps {
  /** The id of the element that names it. */
  readonly labelledBy: string;
  readonly describedBy?: string;
  readonly onClose: () => void;
  /** Where the focus goes back to; left out: where it was. */
  readonly returnFocusTo?: string;
  /** The container's own width. */
  readonly width?: string;
  readonly children: ReactNode;
}

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** A modal window: holds the focus, closes by Escape and by a click beside it, gives the focus back. */
export function Dialog({
  labelledBy,
  describedBy,
  onClose,
  returnFocusTo,
  width = 'max-w-6xl',
  children,
}: DialogProps) {
  const container = useRef<HTMLDivElement>(null);
  useModal(container, returnFocusTo);
  useEscape(container, onClose);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Tab' && container.current !== null) trapFocus(event, container.current);
  };
  return createPortal(
    <div
      className="fixed inset-0 bg-black/50 z-50 flex items-center justify-center p-4"
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onKeyDown={onKeyDown}
      role="presentation"
    >
      <div
        ref={container}
        role="dialog"
        aria-modal="true"
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
        tabIndex={-1}
        className={`bg-slate-900 border border-slate-800 rounded-lg ${width} w-full max-h-[90vh] overflow-hidden flex flex-col focus:outline-none`}
      >
        {children}
      </div>
    </div>,
    document.body,
  );
}

/** Takes the focus and stops the page from scrolling while shown; both are given back at the end. */
function useModal(
  container: { readonly current: HTMLElement | null },
  returnFocusTo: string | undefined,
): void {
  useEffect(() => {
    const before = document.activeElement;
    const neighbours = listNeighbours(before);
    const scrolling = stopScrolling();
    if (container.current?.contains(before) !== true) {
      container.current?.focus();
    }
    return () => {
      scrolling.restore();
      const named = returnFocusTo === undefined ? null : document.getElementById(returnFocusTo);
      restoreFocus([named ?? before, ...neighbours]);
    };
  }, [container, returnFocusTo]);
}

/**
 * To the first of `targets` that is still there; where all have gone, with what was deleted say, to the part that they
 * stood in: of a window, or of the page.
 */
function restoreFocus(targets: readonly (Element | null)[]): void {
  const open = findTopDialog();
  const around =
    open === null ? document.querySelector('main') : (open.querySelector('[role="tabpanel"]') ?? open);
  const there = targets.find((target) => target?.isConnected === true) ?? around;
  if (there instanceof HTMLElement) there.focus();
}

/** What may have the focus in the entries of a list after and before the one that `element` is in. */
function listNeighbours(element: Element | null): (Element | null)[] {
  const entry = element?.closest('li');
  return [entry?.nextElementSibling, entry?.previousElementSibling].map(
    (neighbour) => neighbour?.querySelector(`[tabindex="-1"], ${FOCUSABLE}`) ?? null,
  );
}

/** The window above all others. */
function findTopDialog(): Element | null {
  return [...document.querySelectorAll('[role="dialog"]')].at(-1) ?? null;
}

/** Closes the uppermost window by Escape, whatever has the focus: it, nothing, or something behind the window. */
function useEscape(container: { readonly current: HTMLElement | null }, onClose: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape' || findTopDialog() !== container.current) return;
      // Once this window has gone, the one below is the uppermost, and would go by the same press.
      event.stopImmediatePropagation();
      onClose();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [container, onClose]);
}

/** The page stays where it is, and as wide as it is: the scrollbar's room is kept. */
function stopScrolling(): { readonly restore: () => void } {
  const { style } = document.body;
  const { overflow, paddingRight } = style;
  const scrollbar = window.innerWidth - document.documentElement.clientWidth;
  style.overflow = 'hidden';
  if (scrollbar > 0) style.paddingRight = `${scrollbar}px`;
  return {
    restore: () => {
      style.overflow = overflow;
      style.paddingRight = paddingRight;
    },
  };
}

function trapFocus(event: KeyboardEvent, container: HTMLElement): void {
  const items = [...container.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((item) => item.tabIndex >= 0);
  const first = items[0];
  const last = items.at(-1);
  const focused = document.activeElement;
  if (first === undefined || last === undefined) {
    event.preventDefault();
  } else if (event.shiftKey && (focused === first || focused === container)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && focused === last) {
    event.preventDefault();
    first.focus();
  }
}
