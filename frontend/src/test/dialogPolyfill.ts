/**
 * Modal dialogs for jsdom, which has the dialog element without `showModal` and `close`.
 *
 * Escape requests the closing of the topmost open dialog, as in a browser. The focus trap, the inert page and the top
 * layer are missing here; the browser journeys test them.
 */
export function installDialogPolyfill(): void {
  HTMLDialogElement.prototype.showModal = function showModal(this: HTMLDialogElement): void {
    this.setAttribute('open', '');
  };
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement): void {
    this.removeAttribute('open');
  };
  document.addEventListener('keydown', ({ key, defaultPrevented }) => {
    const topmost = [...document.querySelectorAll('dialog[open]')].at(-1);
    if (key === 'Escape' && !defaultPrevented) {
      topmost?.dispatchEvent(new Event('cancel', { cancelable: true }));
    }
  });
}
