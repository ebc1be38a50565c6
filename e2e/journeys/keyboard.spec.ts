/** Keyboard only: everything from the first field to the last page, without a mouse. */
import type { Locator, Page } from '@playwright/test';

import { STORIES } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

const MANY_TABS = 40;

test('a dataset is fetched, opened, paged, closed and deleted with the keyboard alone', async ({
  page,
  panel,
}) => {
  await tabTo(page, panel.repository);
  await page.keyboard.type(STORIES);
  await tabTo(page, panel.download);
  await page.keyboard.press('Enter');
  const card = panel.card('stories');
  await card.hasStatus('ready');

  const opener = card.root.getByRole('button', { name: 'stories', exact: true });
  await tabTo(page, opener);
  await page.keyboard.press('Enter');
  const dialog = panel.dialog('stories');
  await expect(dialog).toBeVisible();

  await tabTo(page, dialog.getByRole('tab', { name: 'Overview' }));
  await page.keyboard.press('ArrowRight');
  await expect(dialog.getByRole('tab', { name: 'Samples' })).toHaveAttribute('aria-selected', 'true');
  await tabTo(page, dialog.getByRole('button', { name: 'Next' }), 400);
  await page.keyboard.press('Enter');
  await expect(dialog.getByText('Showing 51–100 of 143')).toBeVisible();

  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();

  await tabTo(page, card.action('Delete'));
  await page.keyboard.press('Enter');
  const question = panel.dialog('Delete stories?');
  await tabTo(page, question.getByRole('button', { name: 'Delete', exact: true }));
  await page.keyboard.press('Enter');
  await expect(card.root).toBeHidden();
});

/** Press Tab until `target` has the focus, as a person would who looks for it. */
async function tabTo(page: Page, target: Locator, most = MANY_TABS): Promise<void> {
  await expect(target).toBeEnabled();
  for (let presses = 0; presses < most; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The focus did not come to ${target.toString()} within ${most} tabs`);
}
