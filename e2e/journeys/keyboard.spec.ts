/** Keyboard only: everything from the first field to the last page, without a mouse. */
import type { Locator, Page } from '@playwright/test';

import { SAMPLE_TOKENIZER, sampleLoaded, tokenized } from '../support/api.ts';
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

test('samples are searched, figures read and a tokenization begun and looked at with the keyboard alone', async ({
  page,
  panel,
  server,
}) => {
  const { id } = await sampleLoaded(server);
  await tokenized(server, id, { max_length: 64 });
  await page.goto(`${server.url}/datasets/${id}/overview`);
  const dialog = panel.dialog('Sample stories');
  await tabTo(page, dialog.getByRole('tab', { name: 'Overview' }));

  await page.keyboard.press('ArrowRight');
  await tabTo(page, dialog.getByRole('searchbox'));
  await page.keyboard.type('river');
  await expect(dialog.locator('mark').first()).toHaveText(/river/i);
  await tabTo(page, dialog.getByRole('button', { name: /^Expand/ }).first());
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('list', { name: /^Tokens of sample/ })).toBeVisible();

  await tabTo(page, dialog.getByRole('tab', { name: 'Samples' }), MANY_TABS, 'Shift+Tab');
  await page.keyboard.press('ArrowRight');
  const logarithmic = dialog.getByRole('button', { name: 'Use log scale' });
  await expect(logarithmic).toHaveAttribute('aria-pressed', 'true');
  await tabTo(page, logarithmic);
  await page.keyboard.press('Space');
  await expect(logarithmic).toHaveAttribute('aria-pressed', 'false');
  const slider = dialog.getByRole('slider', { name: /^max_length/ });
  await tabTo(page, slider);
  const before = await slider.getAttribute('aria-valuetext');
  await page.keyboard.press('ArrowLeft');
  await expect(slider).not.toHaveAttribute('aria-valuetext', before ?? '');

  await tabTo(page, dialog.getByRole('tab', { name: 'Statistics' }), MANY_TABS, 'Shift+Tab');
  await page.keyboard.press('ArrowRight');
  await tabTo(page, dialog.getByLabel('Tokenizer', { exact: true }));
  await page.keyboard.type(SAMPLE_TOKENIZER);
  const toggle = dialog.getByRole('switch', { name: 'Add Special Tokens' });
  await tabTo(page, toggle);
  await page.keyboard.press('Space');
  await expect(toggle).toHaveAttribute('aria-checked', 'false');
  await tabTo(page, dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' }));
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('article').getByText('ready', { exact: true })).toHaveCount(2, {
    timeout: 60_000,
  });
  await tabTo(page, dialog.getByRole('button', { name: 'Show audit, ledger and rows' }).first());
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('region', { name: 'Audit' })).toContainText('Passed');

  const remove = dialog.getByRole('button', { name: /^Delete the tokenization/ }).first();
  await tabTo(page, remove, MANY_TABS, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: /^Delete the tokenization/ })).toBeVisible();
  await panel.picture('delete-tokenization');
  await page.keyboard.press('Escape');
  await expect(remove).toBeFocused();
});

/** Press Tab, or `key`, until `target` has the focus, as a person would who looks for it. */
async function tabTo(page: Page, target: Locator, most = MANY_TABS, key = 'Tab'): Promise<void> {
  await expect(target).toBeEnabled();
  for (let presses = 0; presses < most; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`The focus did not come to ${target.toString()} within ${most} tabs`);
}
