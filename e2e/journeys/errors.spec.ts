/** Errors: what cannot be got says so where it would stand, and comes at the next try. */
import type { Locator, Page } from '@playwright/test';

import { sampleLoaded } from '../support/api.ts';
import { STORIES } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

/** The views, the requests that they stand on, and what is seen once these are answered. */
const VIEWS = [
  ['samples', '**/api/datasets/*/samples?*', 'Showing 1–50 of'],
  ['statistics', '**/api/datasets/*/statistics*', 'Split Distribution'],
] as const;

test('each view says that it could not be got, and shows it at the next try', async ({
  page,
  panel,
  server,
}) => {
  const { id } = await sampleLoaded(server);
  await panel.card('Sample stories').hasStatus('ready');
  const dialog = panel.dialog('Sample stories');
  for (const [tab, requests, content] of VIEWS) {
    await broken(page, requests, dialog, async () => {
      await page.goto(`${server.url}/datasets/${id}/${tab}`);
      await expect(dialog.getByRole('alert')).toBeVisible();
      await panel.picture(`${tab}-failed`);
    });
    await expect(dialog.getByText(content).first()).toBeVisible();
  }

  const storage = panel.dialog('Storage');
  await broken(page, '**/api/system/storage', storage, async () => {
    await page.goto(`${server.url}/storage`);
    await expect(storage.getByRole('alert')).toBeVisible();
    await panel.picture('storage-failed');
  });
  await expect(storage.getByRole('heading', { name: 'Sample stories' })).toBeVisible();

  await page.goto(`${server.url}/datasets/ds_00000000-0000-4000-8000-000000000000/overview`);
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('may have been deleted');
  await panel.picture('dataset-gone');
});

test('a Hub that cannot be reached is said to be so, and the next try gets the dataset', async ({
  page,
  panel,
  hub,
}) => {
  await panel.repository.fill(STORIES);
  await expect(panel.preflight).toContainText('3 files');
  await hub.stop();
  await panel.download.click();

  await expect(page.getByRole('alert').first()).toContainText('does not answer', { timeout: 30_000 });
  await expect(panel.repository).toHaveValue(STORIES);
  await panel.picture('hub-unreachable');
  await hub.serve({});
  await panel.download.click();

  await panel.card('stories').hasStatus('ready');
});

/**
 * While `during` runs, these requests fail as they do where the network is cut. Then “Try again” is pressed in `view`;
 * what the panel asks by itself before that waits, so that the button is still there.
 */
async function broken(
  page: Page,
  requests: string,
  view: Locator,
  during: () => Promise<void>,
): Promise<void> {
  let isCut = true;
  let release = (): void => undefined;
  const pressed = new Promise<void>((resolve) => (release = resolve));
  await page.route(requests, async (route) => {
    if (isCut) return route.abort();
    await pressed;
    return route.continue();
  });
  await during();
  isCut = false;
  await view.getByRole('button', { name: 'Try again' }).click();
  release();
}
