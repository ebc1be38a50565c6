/** Saving a search as a dataset. */
import { imported } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

const lines = Array.from(
  { length: 90 },
  (_, number) => `${JSON.stringify({ text: `${number % 3 === 0 ? 'dog' : 'cat'} ${number}`, n: number })}\n`,
).join('');

test('save a search as a dataset, and see where it comes from', async ({ page, panel, server }) => {
  const pets = await imported(server, { 'train.jsonl': lines }, 'pets');
  await page.goto(`${server.url}/datasets/${pets.id}/samples`);
  await page.getByRole('searchbox', { name: 'Search in samples' }).fill('dog');
  await expect(page.getByText('dog 0')).toBeVisible();
  await expect(page.getByText('cat 1', { exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Save as dataset…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Save as dataset' });
  await expect(dialog.getByRole('status')).toHaveText('30 rows of 90 kept, 60 dropped.');
  await expect(dialog.getByRole('region', { name: 'Dropped' })).toContainText('cat 1');
  await panel.picture('save');
  await dialog.getByLabel('How much').selectOption('A random share');
  await dialog.getByLabel('Share (%)').fill('50');
  await dialog.getByLabel('Name').fill('dogs');
  await expect(dialog.getByRole('status')).toHaveText('15 rows of 90 kept, 75 dropped.');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('“dogs” is being made.');
  await dialog.getByRole('button', { name: 'Open it' }).click();

  const lineage = page.getByRole('region', { name: 'Made from' });
  await expect(lineage).toContainText('30 of 90 kept • dropped: 60 not matched');
  await expect(lineage).toContainText('15 of 30 kept • dropped: 15 not chosen');
  await panel.picture('lineage');
  await lineage.getByRole('link', { name: 'pets' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'pets' })).toBeVisible();
});
