import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

import { findFocusFallbacks, restoreFocus } from './dialogFocus';

interface DialogProps {
  /** The id of the element that names the dialog. */
  readonly labelledBy: string;
  readonly describedBy?: string;
  readonly onClose: () => void;
  /** The id of the element that gets the focus after closing; by default the element that had it before. */
  readonly returnFocusTo?: string;
  /** A class for the greatest width. */
  readonly width?: string;
  /** Whether the height stays the same whatever is inside, so that nothing moves while a user types. */
  readonly fixedHeight?: boolean;
  readonly children: ReactNode;
}

/**
 * A modal window. The native dialog element keeps the focus inside, makes the page behind inert and closes on Escape;
 * a press on the backdrop closes it too. Closing returns the focus.
 */
export function Dialog({
  labelledBy,
  describedBy,
  onClose,
  returnFocusTo,
  width = 'max-w-6xl',
  fixedHeight = false,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog, returnFocusTo);
  return createPortal(
    <div
      role="presentation"
      className="fixed inset-0 bg-black/50 z-50 flex items-center justify-center p-4"
      onMouseDown={({ target, currentTarget }) => {
        // While the dialog is modal, the browser reports a press on the backdrop as a press on the dialog element.
        if (target === currentTarget || target === dialog.current) onClose();
      }}
    >
      <dialog
        ref={dialog}
        role="dialog"
        aria-modal="true"
        aria-labelledby={labelledBy}
        aria-describedby={describedBy}
        tabIndex={-1}
        onCancel={(event) => {
          // React passes the events of a dialog that was opened from inside this one, too.
          if (event.target !== event.currentTarget) return;
          event.preventDefault();
          onClose();
        }}
        // A browser may close a dialog after repeated Escape presses, but only `onClose` decides whether it is shown.
        onClose={() => showModal(dialog.current)}
        className={`bg-slate-900 border border-slate-800 rounded-lg ${width} w-full ${fixedHeight ? 'h-[90vh]' : 'max-h-[90vh]'} overflow-hidden flex flex-col focus:outline-none`}
      >
        {children}
      </dialog>
    </div>,
    document.body,
  );
}

/** Show the dialog as a modal while mounted, and return the focus afterwards. */
function useModal(dialog: RefObject<HTMLDialogElement | null>, returnFocusTo: string | undefined): void {
  const fallbacks = useRef<readonly Element[]>([]);
  useLayoutEffect(() => {
    const element = dialog.current;
    fallbacks.current = findFocusFallbacks(document.activeElement);
    showModal(element);
    return () => element?.close();
  }, [dialog]);
  // An effect's clean-up runs after React has removed the opener, if it goes together with the dialog.
  useEffect(() => () => restoreFocus(returnFocusTo, fallbacks.current), [returnFocusTo]);
}

/** Focus the dialog itself, so that a screen reader begins with its name. */
function showModal(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) {
    const { documentElement: page } = document;
    // Hiding the scrollbar would widen the page behind: if there is one, its gutter stays.
    page.style.setProperty(
      '--gutter-behind-dialog',
      window.innerWidth > page.clientWidth ? 'stable' : 'auto',
    );
    dialog.showModal();
    dialog.focus();
  }
}
