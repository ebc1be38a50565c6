/** Tokenize, count and trust: the tabs of a dataset's window, each with its own address, at both sizes. */
import { SAMPLE_TOKENIZER } from '../support/api.ts';
import { STORIES } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

/** What is seen in each tab. */
const DEEP = [
  ['Samples', /^Showing 1–50 of/],
  ['Statistics', 'What would max_length cost?'],
  ['Tokenization', 'Tokenization Configuration'],
  ['Overview', 'Quick Stats'],
] as const;

test.describe('of a downloaded dataset', () => {
  test.beforeEach(async ({ panel }) => {
    await panel.get(STORIES);
    const card = panel.card('stories');
    await card.hasStatus('ready');
    await card.open('stories');
  });

  test('a search marks its hits, and a reload lands on the same search', async ({ page, panel }) => {
    const dialog = panel.dialog('stories');
    await dialog.getByRole('tab', { name: 'Samples' }).click();
    await dialog.getByRole('searchbox', { name: 'Search in samples' }).fill('Grüße aus Köln');
    await dialog.getByLabel('Search mode').selectOption('exact');

    await expect(dialog.getByText(/^Showing 1–\d+ of 24$/)).toBeVisible();
    await expect(dialog.getByRole('article').first().locator('mark').first()).toHaveText('Grüße aus Köln');
    await panel.picture('samples-searched');

    await page.reload();
    await expect(dialog.getByRole('searchbox')).toHaveValue('Grüße aus Köln');
    await expect(dialog.getByText(/^Showing 1–\d+ of 24$/)).toBeVisible();
  });

  test('figures without tokens say where tokens come from', async ({ panel }) => {
    const dialog = panel.dialog('stories');
    await dialog.getByRole('tab', { name: 'Statistics' }).click();

    await expect(dialog.getByText(/open the Tokenization tab/)).toBeVisible();
    await expect(dialog.getByText('Split Distribution')).toBeVisible();
    await panel.picture('statistics-untokenized');
  });

  test('settings say under their field what is wrong with them', async ({ panel }) => {
    const dialog = panel.dialog('stories');
    await dialog.getByRole('tab', { name: 'Tokenization' }).click();
    await panel.picture('tokenization');
    await dialog.getByLabel('Tokenizer', { exact: true }).fill('acme/there-is-no-tokenizer');
    await dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' }).click();

    await expect(dialog.getByRole('alert').first()).toContainText('acme/there-is-no-tokenizer');
    await panel.picture('tokenization-refused');
  });

  test('the disk shows what uses it', async ({ page, panel }) => {
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Disk:/ }).click();

    await expect(panel.dialog('Storage').getByRole('heading', { name: 'stories' })).toBeVisible();
    await expect(page).toHaveURL(/\/storage$/);
    await panel.picture('storage');
  });
});

test('the sample is loaded, tokenized, counted, trusted and traced, without a network', async ({
  page,
  panel,
}) => {
  await page.getByRole('button', { name: 'Load the sample' }).click();
  const card = panel.card('Sample stories');
  await card.hasStatus('ready');
  await card.open('Sample stories');
  const dialog = panel.dialog('Sample stories');
  await dialog.getByRole('tab', { name: 'Tokenization' }).click();
  await dialog.getByLabel('Tokenizer', { exact: true }).fill(SAMPLE_TOKENIZER);
  await dialog.getByLabel('Text to preview').fill('Once upon a time');
  await dialog.getByRole('button', { name: 'Tokenize Preview' }).click();
  await expect(dialog.getByRole('list', { name: 'Tokens of the preview' })).toBeVisible();
  await dialog.getByLabel('Max Sequence Length').fill('128');
  await dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' }).click();

  const made = dialog.getByRole('article', { name: /^Tokenization with/ });
  await expect(made.getByText('ready', { exact: true })).toBeVisible({ timeout: 60_000 });
  await made.getByRole('button', { name: 'Show audit, ledger and rows' }).click();
  await expect(made.getByRole('region', { name: 'Ledger' })).toContainText('balances');
  await expect(made.getByRole('region', { name: 'Audit' })).toContainText(/Passed/);
  await made.getByRole('region', { name: 'Rows' }).getByRole('list').getByRole('button').nth(2).click();
  await expect(made.getByText(/^Position 2 • sample #/)).toBeVisible();
  await made.scrollIntoViewIfNeeded();
  await panel.picture('tokenization-ready');

  await dialog.getByRole('tab', { name: 'Statistics' }).click();
  await expect(dialog.getByText('Total Tokens', { exact: true })).toBeVisible();
  await expect(dialog.getByText('What would max_length cost?')).toBeVisible();
  await panel.picture('statistics');
  for (const [tab, content] of DEEP) {
    await dialog.getByRole('tab', { name: tab }).click();
    await page.reload();
    await expect(dialog.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
    await expect(dialog.getByText(content).first()).toBeVisible();
  }
});
