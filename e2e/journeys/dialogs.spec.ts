/** Dialogs: what only a browser can show of a modal window, its focus and what is behind it. */
import { sampleLoaded, tokenized } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

const TAB_PRESSES = 30;
/** Low enough for the page behind to scroll. */
const LOW = { width: 1280, height: 420 };

test('a window keeps the focus, holds the page still, and closes one at a time', async ({
  page,
  panel,
  server,
}) => {
  const { id } = await sampleLoaded(server);
  await tokenized(server, id, { max_length: 64 });
  const card = panel.card('Sample stories');
  await card.hasStatus('ready');
  await page.setViewportSize(LOW);
  await card.open('Sample stories');
  const dialog = panel.dialog('Sample stories');
  await expect(dialog).toBeFocused();

  for (let presses = 0; presses < TAB_PRESSES; presses += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main, header'))).toBeNull();
  }
  const before = await page.evaluate(() => window.scrollY);
  await page.mouse.move(5, 5);
  await page.mouse.wheel(0, 300);
  expect(await page.evaluate(() => window.scrollY)).toBe(before);

  await dialog.getByRole('tab', { name: 'Tokenization' }).click();
  const remove = dialog.getByRole('button', { name: /^Delete the tokenization/ });
  await remove.click();
  const question = panel.dialog('Delete the tokenization');
  await expect(question).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(dialog).toBeVisible();
  await expect(remove).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(card.root.getByRole('button', { name: 'Sample stories', exact: true })).toBeFocused();
});

test('a press beside a window closes it, one inside does not', async ({ page, panel, server }) => {
  await sampleLoaded(server);
  const card = panel.card('Sample stories');
  await card.hasStatus('ready');
  await card.open('Sample stories');
  const dialog = panel.dialog('Sample stories');
  await dialog.getByRole('heading', { name: 'Sample stories' }).click();
  await expect(dialog).toBeVisible();

  await page.mouse.click(5, 5);

  await expect(dialog).toBeHidden();
  await expect(page).not.toHaveURL(/ds_/);
});
