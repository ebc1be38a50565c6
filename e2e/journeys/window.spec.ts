/** The window of a dataset: its height, on large and on low screens, and the overlay of files that are dragged. */
import { expect, test } from '../support/studio.ts';

test('the window keeps its height while one searches, and a low screen shows samples', async ({ page, panel }) => {
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
