/** Samples as a table: filtered by a column's figure, sorted, a row opened, and its link shared. */
import { imported } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

const ROWS = Array.from({ length: 60 }, (_, number) => ({
  text: `Review ${number}`,
  lang: ['en', 'de', null][number % 3],
  stars: number % 5,
}));
const FILES = { 'train.jsonl': ROWS.map((row) => `${JSON.stringify(row)}\n`).join('') };

test('a column is filtered and sorted in the table, and the link to a row is shared', async ({
  page,
  panel,
  server,
}) => {
  await page.getByRole('button', { name: 'Load the sample' }).click();
  await imported(server, FILES, 'Reviews');
  await panel.card('Reviews').hasStatus('ready');
  await panel.card('Reviews').open('Reviews');
  const dialog = panel.dialog('Reviews');
  await dialog.getByRole('button', { name: 'Count nulls, distinct and frequent values' }).click();
  await expect(dialog.getByRole('cell', { name: '"de" (20), "en" (20)' })).toBeVisible();

  await dialog.getByRole('tab', { name: 'Samples' }).click();
  await dialog.getByRole('button', { name: 'Table' }).click();
  await dialog.getByRole('button', { name: '"en": 20 rows' }).click();
  await expect(dialog.getByText('Showing 1–20 of 20')).toBeVisible();
  await dialog.getByRole('button', { name: 'stars', exact: true }).click();
  await dialog.getByRole('button', { name: 'stars', exact: true }).click();
  await expect(dialog.getByRole('columnheader', { name: /^stars/ })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
  await expect(dialog.getByRole('row').nth(1)).toContainText('Review 9');

  await page.reload();
  await expect(dialog.getByText('lang = "en"')).toBeVisible();
  await dialog.getByRole('button', { name: '9 train', exact: true }).press('Enter');
  const pane = dialog.getByRole('complementary', { name: 'Row 9 of train' });
  await expect(pane.getByText('Review 9')).toBeVisible();
  const link = await pane.getByRole('link', { name: 'Link' }).getAttribute('href');
  expect(link).toMatch(/\/samples\/train\/9$/);
  await page.goto(link ?? '');
  await expect(pane.getByText('Review 9')).toBeVisible();
  await expect(dialog.getByText('Showing 1–50 of 60')).toBeVisible();

  await dialog.getByRole('button', { name: '20 null' }).click();
  await expect(dialog.getByText('lang is null')).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove lang is null' }).click();
  await expect(dialog.getByText('Showing 1–50 of 60')).toBeVisible();
});
