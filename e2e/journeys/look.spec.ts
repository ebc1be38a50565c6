/** Look: what a dataset is, and its rows exactly as the source has them. */
import type { Locator } from '@playwright/test';

import { printedBy } from '../support/python.ts';
import { STORIES, TEST, TRAIN, type Row } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

interface NumberedRow extends Row {
  readonly id: number;
  readonly split: string;
}

/** All rows in the order in which the card names the splits. */
const ROWS: readonly NumberedRow[] = [
  ...TRAIN.map((row) => ({ ...row, split: 'train' })),
  ...TEST.map((row) => ({ ...row, split: 'test' })),
].map((row, id) => ({ ...row, id }));

const PAGE_SIZE = 50;
/** Of a text longer than this, a list shows the beginning. */
const WHOLE = 1_000;

test.beforeEach(async ({ panel }) => {
  await panel.get(STORIES);
  const card = panel.card('stories');
  await card.hasStatus('ready');
  await card.open('stories');
});

test('the overview says where the data comes from and what it is', async ({ panel }) => {
  const dialog = panel.dialog('stories');

  await expect(dialog.getByRole('tab', { name: 'Overview' })).toHaveAttribute('aria-selected', 'true');
  await expect(dialog).toContainText(STORIES);
  await expect(dialog).toContainText('Short stories, written for a test.');
  for (const word of ['train', 'test', 'text', 'author', 'score']) {
    await expect(dialog.getByText(word).first()).toBeVisible();
  }
  await expect(dialog).toContainText('143');
  await expect(dialog).toContainText('load_dataset');
  await panel.picture('overview');

  const description = dialog.getByRole('region', { name: 'Description' });
  await expect(description.getByRole('heading', { name: 'What is in it' })).toBeVisible();
  await expect(description.getByRole('link')).toHaveAttribute('href', 'https://example.org/authors');
  await expect(description.getByText('Read them.')).toBeVisible();
  await expect(description.getByRole('img')).toHaveCount(0);
  await description.scrollIntoViewIfNeeded();
  await panel.picture('overview-description');
});

test('the Python that the overview shows loads exactly the rows of the source', async ({ panel, server }) => {
  const code = panel.dialog('stories').getByRole('code').filter({ hasText: 'load_dataset' });
  const snippet = (await code.textContent()) ?? '';

  const printed = await printedBy(
    `${snippet}
import json
print(json.dumps({split: rows.to_list() for split, rows in data.items()}))`,
    server.dataFolder,
  );

  expect(JSON.parse(printed)).toEqual({ train: TRAIN, test: TEST });
});

test('samples are paged to the last one, chosen by split, and equal the source', async ({ panel }) => {
  const dialog = panel.dialog('stories');
  await dialog.getByRole('tab', { name: 'Samples' }).click();
  const samples = dialog.getByRole('article');

  await expect(dialog.getByText('Showing 1–50 of 143')).toBeVisible();
  await equalRows(samples, ROWS.slice(0, PAGE_SIZE));
  await panel.picture('samples');

  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByText('Showing 51–100 of 143')).toBeVisible();
  await dialog.getByRole('button', { name: 'Next' }).click();
  await expect(dialog.getByText('Showing 101–143 of 143')).toBeVisible();
  await equalRows(samples, ROWS.slice(2 * PAGE_SIZE));
  await expect(dialog.getByRole('button', { name: 'Next' })).toBeDisabled();

  await dialog.getByLabel('Split').selectOption('test');
  await expect(dialog.getByText('Showing 1–23 of 23')).toBeVisible();
  await equalRows(samples, ROWS.slice(TRAIN.length));
});

test('a text is shown whole once it is expanded', async ({ panel }) => {
  const dialog = panel.dialog('stories');
  await dialog.getByRole('tab', { name: 'Samples' }).click();
  const long = TRAIN.findIndex((row) => row.text.length > WHOLE);
  const sample = dialog.getByRole('article').nth(long);

  await sample.getByRole('button', { name: /^Expand/ }).click();

  await expect.poll(() => sample.textContent()).toContain(TRAIN[long]?.text);
  await panel.picture('sample-expanded');
});

test('a reload lands on the same dataset and tab', async ({ page, panel }) => {
  const dialog = panel.dialog('stories');
  await dialog.getByRole('tab', { name: 'Samples' }).click();
  await expect(dialog.getByText('Showing 1–50 of 143')).toBeVisible();

  await page.reload();

  await expect(dialog.getByRole('tab', { name: 'Samples' })).toHaveAttribute('aria-selected', 'true');
  await expect(dialog.getByText('Showing 1–50 of 143')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(page).not.toHaveURL(/ds_/);
});

/** Every sample says what its row says, to the last character; of a very long text, its beginning. */
async function equalRows(samples: Locator, rows: readonly NumberedRow[]): Promise<void> {
  await expect(samples).toHaveCount(rows.length);
  const shown = await samples.evaluateAll((elements) => elements.map((element) => element.textContent));
  for (const [index, { id, split, text, author, score }] of rows.entries()) {
    const beginning = `Sample #${id} • ${split}${text.slice(0, WHOLE)}`;
    const rest = `Length: ${Array.from(text).length.toLocaleString('en-US')} chars • author: ${author} • score: ${score}`;
    expect(shown[index]?.slice(0, beginning.length)).toBe(beginning);
    expect(shown[index]?.slice(-rest.length)).toBe(rest);
    if (text.length <= WHOLE) {
      expect(shown[index]).toBe(beginning + rest);
    }
  }
}
