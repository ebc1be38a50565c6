/**
 * Put `text` on the clipboard.
 *
 * A page that is not served from a secure address has no clipboard of its own: there a selection is copied.
 *
 * @throws Error where the browser lets neither.
 */
export async function copyText(text: string): Promise<void> {
  const clipboard = (navigator as { clipboard?: Clipboard }).clipboard;
  if (clipboard !== undefined) {
    await clipboard.writeText(text);
    return;
  }
  if (!copySelection(text)) {
    throw new Error('The browser does not let this page use the clipboard.');
  }
}

function copySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  // Inside an open dialog: its focus trap would take the focus away from elsewhere.
  const host = document.activeElement?.closest('[role="dialog"]') ?? document.body;
  const focused = document.activeElement;
  host.append(area);
  area.focus();
  area.select();
  try {
    // Deprecated, but nothing else copies on a page without a secure address.
    const legacyDocument: { execCommand(command: 'copy'): boolean } = document;
    return legacyDocument.execCommand('copy');
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
