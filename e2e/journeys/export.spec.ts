/** Exports: a dataset and a tokenization as files of other programs. */
import { readFileSync } from 'node:fs';

import { sampleLoaded, tokenized } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

test('export a dataset and a tokenization, get a file, and delete what is no longer needed', async ({
  page,
  panel,
  server,
}) => {
  const { id } = await sampleLoaded(server);
  await tokenized(server, id, { max_length: 64, packing: 'concat' });
  await page.goto(`${server.url}/datasets/${id}/overview`);
  await panel.dialog('Sample stories').getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export', exact: true });
  await expect(dialog.getByText(/^6,000 rows, about /)).toBeVisible();
  await dialog.getByLabel('Format').selectOption('JSON lines');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const link = dialog.getByRole('link', { name: 'test-00000-of-00001.jsonl' });
  const download = page.waitForEvent('download');
  await link.click();
  const file = await (await download).path();
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(500);
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(link).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();

  await panel.dialog('Sample stories').getByRole('tab', { name: 'Tokenization' }).click();
  await panel.dialog('Sample stories').getByRole('button', { name: 'Export…' }).click();
  await dialog.getByLabel('Format').selectOption('.bin and .idx of Megatron');
  await expect(dialog.getByText(/Left out: /)).toBeVisible();
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(dialog.getByRole('link', { name: 'train.idx' })).toBeVisible();
});
