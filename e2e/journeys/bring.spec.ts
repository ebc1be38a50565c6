/** Bring: files of this machine, chosen or dropped; and several datasets that go together. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Page } from '@playwright/test';

import { expect, test } from '../support/studio.ts';

const LINE = `${JSON.stringify({ text: 'The mill by the river had stood empty since the spring.' })}\n`;
const MANY_LINES = LINE.repeat(12_000);
const SLOW_BYTES_PER_SECOND = 250_000;

test('a file is chosen, another is dropped, their sending is seen, and both are deleted at once', async ({
  page,
  panel,
}) => {
  await panel.picture('empty-at-first');
  await upload(page, SLOW_BYTES_PER_SECOND);
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import a file' }).click();
  await (
    await chosen
  ).setFiles({ name: 'chosen.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(MANY_LINES) });

  await confirmImport(page, 'chosen.jsonl');
  const sending = page.getByRole('progressbar', { name: 'Sending chosen.jsonl' });
  const percent = async (): Promise<number> => Number(await sending.getAttribute('aria-valuenow'));
  await expect.poll(percent, 'the bar moves').toBeGreaterThan(0);
  await panel.picture('importing');
  await upload(page, -1);
  await panel.card('chosen').hasStatus('ready');

  await drop(page, 'dropped.txt', 'One line.\nAnother line.\n');
  await confirmImport(page, 'dropped.txt');
  await panel.card('dropped').hasStatus('ready');
  await panel.card('dropped').open('dropped');
  await expect(panel.dialog('dropped')).toContainText('2 samples');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Select' }).click();
  // The whole card is the label of its checkbox, and lies above it.
  for (const name of ['Select chosen', 'Select dropped']) {
    const box = page.getByRole('checkbox', { name });
    await box.locator('xpath=..').click();
    await expect(box).toBeChecked();
  }
  await panel.picture('selecting');
  await page.getByRole('button', { name: 'Delete…' }).click();
  const question = panel.dialog('Delete 2 datasets?');
  await expect(question).toContainText('This frees');
  await panel.picture('delete-several');
  await question.getByRole('button', { name: 'Delete all' }).click();

  await expect(page.getByText(/^No datasets yet/)).toBeVisible();
});

test('the plan of a folder shows what is taken and what is not, and can be changed', async ({
  page,
  panel,
}) => {
  const folder = test.info().outputPath('corpus');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'data.csv'), 'text;label\nA mill, old;1\nA barge;0\n');
  writeFileSync(path.join(folder, 'LICENSE.txt'), 'MIT License\n');
  writeFileSync(path.join(folder, 'state.json'), '{}');
  await page.getByLabel('Folder to import').setInputFiles(folder);

  const plan = panel.dialog('Import corpus');
  await expect(plan).toContainText('1 file to import, 2 skipped.');
  await expect(plan).toContainText('csv, delimiter ;');
  await expect(plan.getByRole('row', { name: /LICENSE\.txt/ })).toContainText(
    'Skipped. Its name is that of a licence',
  );
  await panel.picture('import-plan');
  await plan.getByLabel('Split of corpus/data.csv').fill('test');
  await plan.getByLabel('Name').fill('mills');
  await plan.getByRole('button', { name: 'Import' }).click();

  await panel.card('mills').hasStatus('ready');
  await panel.card('mills').open('mills');
  await expect(panel.dialog('mills')).toContainText('2 samples');
  await expect(panel.dialog('mills')).toContainText(
    '2 files beside the data not imported: corpus/LICENSE.txt',
  );
});

/** Confirm the plan that is shown. */
async function confirmImport(page: Page, label: string): Promise<void> {
  const plan = page.getByRole('dialog', { name: `Import ${label}` });
  await plan.getByRole('button', { name: 'Import' }).click();
}

/** Make uploads as slow as `bytesPerSecond`; -1: as fast as they come. */
async function upload(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
}

/** Drop a file on the page, as from a folder's window. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const files = await page.evaluateHandle(
    ([file, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], file));
      return transfer;
    },
    [name, content] as const,
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: files });
  await expect(page.getByText('Drop the files to import them')).toBeVisible();
  await page.dispatchEvent('main', 'drop', { dataTransfer: files });
}
