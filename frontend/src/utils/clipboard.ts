/**
 * Copy `text` to the clipboard.
 *
 * A page without a secure origin has no clipboard API; there the text is selected and copied.
 *
 * @throws Error if the browser allows neither.
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
  // Inside an open dialog, because everything outside it is inert.
  const host = document.activeElement?.closest('[role="dialog"]') ?? document.body;
  const focused = document.activeElement;
  host.append(area);
  area.focus();
  area.select();
  try {
    // Deprecated, but the only way to copy on a page without a secure origin.
    const legacyDocument: { execCommand(command: 'copy'): boolean } = document;
    return legacyDocument.execCommand('copy');
  } finally {
    area.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
