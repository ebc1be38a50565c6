/** One text of several columns: chosen on the Overview, seen in the samples, found, and tokenized. */
import { imported, SAMPLE_TOKENIZER } from '../support/api.ts';
import { expect, test } from '../support/studio.ts';

const ROWS = [
  { question: 'Why is the sky blue', answer: 'Air scatters blue light', votes: 3 },
  { question: 'What is a row', answer: null, votes: 1 },
];
const FILES = { 'train.jsonl': ROWS.map((row) => `${JSON.stringify(row)}\n`).join('') };

test('a template is chosen, refused, corrected, seen, searched and tokenized', async ({
  page,
  panel,
  server,
}) => {
  await page.getByRole('button', { name: 'Load the sample' }).click();
  await panel.card('Sample stories').hasStatus('ready');
  await imported(server, FILES, 'Questions');
  const card = panel.card('Questions');
  await card.hasStatus('ready');
  await card.open('Questions');
  const dialog = panel.dialog('Questions');
  await dialog.getByRole('button', { name: 'Change the text' }).click();
  const template = dialog.getByLabel('Text template');
  await template.fill('{question}: {reply}');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'There is no column “reply”. Columns: question, answer',
  );
  await template.fill('{question}? {answer}! ({votes})');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('button', { name: 'Change the text' })).toBeVisible();
  await expect(dialog.getByText('{question}? {answer}! ({votes})', { exact: true })).toBeVisible();

  await dialog.getByRole('tab', { name: 'Samples' }).click();
  await expect(dialog.getByText('Why is the sky blue? Air scatters blue light! (3)')).toBeVisible();
  await dialog.getByRole('searchbox', { name: 'Search in samples' }).fill('scatters');
  await expect(dialog.getByText(/^Showing 1–1 of 1$/)).toBeVisible();

  await dialog.getByRole('tab', { name: 'Tokenization' }).click();
  await expect(dialog.getByText(/^Text: template “\{question\}\? /)).toBeVisible();
  await dialog.getByLabel('Tokenizer', { exact: true }).fill(SAMPLE_TOKENIZER);
  await dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' }).click();
  const made = dialog.getByRole('article');
  await made.getByRole('button', { name: 'Show audit, ledger and rows' }).click();
  await expect(made.getByRole('region', { name: 'Rows' }).getByRole('list')).toBeVisible();
  await expect(made).toContainText('template {question}? {answer}! ({votes})');
});
