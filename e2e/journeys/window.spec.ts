/** The window of a dataset: its height, on large and on low screens, and the overlay of files that are dragged. */
import { sampleLoaded, tokenized } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

test('the window keeps its height while one searches, and a low screen shows samples', async ({
  page,
  panel,
}) => {
  await page.getByRole('button', { name: 'Load the sample' }).click();
  const name = 'Sample stories';
  await panel.card(name).hasStatus('ready');
  await panel.card(name).open(name);
  const dialog = panel.dialog(name);
  await dialog.getByRole('tab', { name: 'Samples' }).click();
  await expect(dialog.getByRole('article').first()).toBeVisible();
  const before = await dialog.boundingBox();
  await dialog.getByRole('searchbox').fill('zzzzqqqq');
  await expect(dialog.getByText(/^No matches/)).toBeVisible();
  expect(await dialog.boundingBox()).toEqual(before);
  await panel.picture('window-no-matches');

  // 1280 × 900 at 200 % zoom.
  await dialog.getByRole('searchbox').fill('');
  await page.setViewportSize({ width: 640, height: 450 });
  await expect(dialog.getByRole('article').first()).toBeInViewport({ ratio: 0.5 });
});

test('the overlay of dragged files hides what is below it', async ({ page, panel }) => {
  await panel.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['a'], 'a.txt'));
    window.dispatchEvent(new DragEvent('dragover', { dataTransfer }));
  });
  await expect(page.getByText('Drop the files to import them')).toBeVisible();
  await panel.picture('drop-overlay');
});

test('a value never looks like a placeholder', async ({ page, panel }) => {
  await page.getByRole('button', { name: 'Options' }).click();
  const fields = page.locator('#download-options').getByRole('textbox');
  await expect(fields.first()).toBeVisible();
  const looks = await fields.evaluateAll((inputs) =>
    inputs.map((input) => {
      const value = getComputedStyle(input);
      const placeholder = getComputedStyle(input, '::placeholder');
      return {
        differs: value.color !== placeholder.color && placeholder.fontStyle === 'italic',
        says: /^(Default|Detected|All |e\.g\., )/.test(input.getAttribute('placeholder') ?? ''),
      };
    }),
  );
  expect(looks).toEqual(looks.map(() => ({ differs: true, says: true })));
  await panel.picture('placeholders');

  await page.getByRole('button', { name: 'Load the sample' }).first().click();
  await panel.card('Sample stories').hasStatus('ready');
  await panel.card('Sample stories').open('Sample stories');
  await panel.dialog('Sample stories').getByRole('tab', { name: 'Samples' }).click();
  const modes = page.getByLabel('Search mode');
  const colour = await page.getByRole('searchbox').evaluate((input) => getComputedStyle(input).color);
  expect(await modes.evaluate((select) => getComputedStyle(select).color)).toBe(colour);
});

test('a link leads to a tokenization, its row and its token', async ({ page, panel, server }) => {
  const { id } = await sampleLoaded(server);
  const { id: tokenization } = await tokenized(server, id, { max_length: 64 });
  const dialog = panel.dialog('Sample stories');
  await page.goto(`${server.url}/datasets/${id}/tokenization?tokenization=${tokenization}`);
  await expect(dialog.getByText(/^Audit: /)).toBeInViewport();

  await dialog.getByRole('button', { name: 'Next row' }).click();
  await dialog.getByRole('list', { name: 'Tokens of row 1' }).getByRole('button').nth(2).click();
  await expect(dialog.getByText(/^Position 2 • /)).toBeVisible();
  await panel.picture('link-to-token');

  await page.reload();
  await expect(dialog.getByText(/^Position 2 • /)).toBeVisible();
  await page.goBack();
  await expect(dialog.getByRole('list', { name: 'Tokens of row 1' })).toBeVisible();
  await expect(dialog.getByText(/^Position /)).toHaveCount(0);
});
