/** Clean up: a delete shows what goes before it goes. */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { STORIES } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

test('a delete shows what goes, and takes it from the list and from the disk', async ({
  page,
  panel,
  server,
}) => {
  await panel.get(STORIES);
  const card = panel.card('stories');
  await card.hasStatus('ready');

  await card.action('Delete').click();
  const dialog = panel.dialog('Delete stories?');
  await expect(dialog).toContainText(/\d+(\.\d)? (B|KB|MB)/);
  await panel.picture('delete');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await expect(dialog).toBeHidden();
  await expect(card.root).toBeVisible();

  await card.action('Delete').click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();

  await expect(card.root).toBeHidden();
  await expect.poll(() => remains(server.dataFolder)).toEqual([]);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Dataset Management' })).toBeVisible();
  await expect(card.root).toBeHidden();
  await panel.picture('empty');
});

function remains(dataFolder: string): string[] {
  return ['datasets', 'staging', 'trash']
    .map((name) => path.join(dataFolder, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder));
}
