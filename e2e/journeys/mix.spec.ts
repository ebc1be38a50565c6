/** Mixing two datasets, and building a recipe. */
import { imported } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

const lines = (word: string, count: number): string =>
  Array.from({ length: count }, (_, number) => `${JSON.stringify({ text: `${word} ${number}` })}\n`).join('');

test('mix two datasets, and make the same again by its recipe', async ({ page, panel, server }) => {
  await imported(server, { 'train.jsonl': lines('web', 60) }, 'web');
  await imported(server, { 'train.jsonl': lines('chat', 40) }, 'chat');
  await expect(page.getByRole('listitem').getByText('ready', { exact: true })).toHaveCount(2);
  await panel.picture('two');
  await page.getByRole('button', { name: 'Select' }).click();
  await page.getByRole('button', { name: 'Select all' }).click();
  await page.getByRole('button', { name: 'Mix…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Mix 2 datasets' });
  await dialog.getByRole('group', { name: 'web' }).getByLabel('Share (%)').fill('75');
  await expect(dialog.getByRole('alert')).toHaveText(
    'The shares add up to 125%. They have to add up to 100%.',
  );
  await dialog.getByRole('group', { name: 'chat' }).getByLabel('Share (%)').fill('25');
  await expect(dialog).toContainText('60 rows are taken: 75.0%');
  await dialog.getByLabel('Name').fill('blend');
  await dialog.getByRole('button', { name: 'Mix', exact: true }).click();
  await expect(page.getByRole('listitem').getByText('ready', { exact: true })).toHaveCount(3);
  await page.getByRole('button', { name: /blend/ }).first().click();
  const shares = page.getByRole('region', { name: 'Parts' });
  await expect(shares).toContainText('75.0% • 60 rows');
  await expect(shares).toContainText('25.0% • 20 rows');
  await page.keyboard.press('Escape');

  const { data } = (await (await fetch(`${server.url}/api/datasets`)).json()) as {
    data: { id: string; name: string }[];
  };
  const blend = data.find(({ name }) => name === 'blend');
  const text = await (await fetch(`${server.url}/api/datasets/${blend?.id}/recipe`)).text();
  await page.getByRole('button', { name: 'Options' }).click();
  const recipe = { name: 'blend.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) };
  await page.getByLabel('Recipe to import').setInputFiles(recipe);
  await expect(page.getByRole('dialog', { name: 'Recipe blend.yaml' })).toContainText('Everything is ready.');
});
