/** Survive: what happens to work when it is interrupted, by a person or by a crash. */
import { imported, SAMPLE_TOKENIZER, sampleLoaded } from '../support/api.ts';
import { NOVELS, NOVEL_COUNT, SECRETS, TOKEN } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

const FAST = { gated: [SECRETS], tokens: [TOKEN] };
const SLOW = { ...FAST, rate: 30_000 };
const CRAWLING = { ...FAST, rate: 5_000 };
const ENOUGH_PERCENT = 15;
/** Of the progress last seen: the newest bytes before a kill may not have been counted yet. */
const KEPT = 0.8;
/** Enough text for every document of it to be compared for some seconds. */
const LONG_TEXT = `${'It was a dark and stormy night; the rain fell in torrents, except at occasional intervals. '.repeat(20)}\n`;
const LINES = 12_000;

test.use({ hubOptions: SLOW });

test('after a kill of the server the panel reconnects, and the download goes on by itself to the end', async ({
  page,
  panel,
  hub,
  server,
}) => {
  await panel.get(NOVELS);
  const card = panel.card('novels');
  await expect.poll(() => card.percent()).toBeGreaterThan(ENOUGH_PERCENT);

  await server.kill();
  await expect(page.getByText('API Connected')).toBeHidden();
  const before = await card.percent();
  await panel.picture('server-gone');
  await hub.serve(CRAWLING);
  await server.start();

  await expect(page.getByText('API Connected')).toBeVisible();
  await card.hasStatus('downloading');
  expect(await card.percent(), 'what was there is not fetched again').toBeGreaterThanOrEqual(before * KEPT);
  await hub.serve(FAST);
  await card.hasStatus('ready');
  await card.open('novels');
  await expect(panel.dialog('novels')).toContainText(`${NOVEL_COUNT.toLocaleString('en-US')} samples`);
});

test('a cancelled download says so neutrally, and a retry goes on to the end', async ({ panel, hub }) => {
  await panel.get(NOVELS);
  const card = panel.card('novels');
  await expect.poll(() => card.percent()).toBeGreaterThan(ENOUGH_PERCENT);

  await card.action('Cancel').click();

  await expect(card.root.getByText(/^Cancelled\. Retry continues from \d+/)).toBeVisible();
  await card.hasStatus('cancelled');
  await panel.picture('cancelled');
  await hub.serve(FAST);
  await card.action('Retry').click();
  await card.hasStatus('ready');
});

test('a restart forgets the Hugging Face token, and a retry that brings it goes on to the end', async ({
  panel,
  hub,
  server,
}) => {
  await panel.get(SECRETS, TOKEN);
  const card = panel.card('secrets');
  await expect.poll(() => card.percent()).toBeGreaterThan(ENOUGH_PERCENT);
  await server.kill();
  await hub.serve(FAST);
  await server.start();

  await card.hasStatus('error');
  await expect(card.root).toContainText(/token/i);
  await panel.picture('token-forgotten');
  await card.action('Retry').click();
  await card.root.getByLabel(/^Access Token/).fill(TOKEN);
  await card.root.getByRole('button', { name: 'Retry download' }).click();

  await card.hasStatus('ready');
});

test('after a kill of the server a tokenization goes on to the end, and the panel hears of it', async ({
  page,
  panel,
  server,
}) => {
  await sampleLoaded(server);
  await imported(server, { 'nights.txt': LONG_TEXT.repeat(LINES) }, 'nights');
  await panel.card('nights').hasStatus('ready');
  await panel.card('nights').open('nights');
  const dialog = panel.dialog('nights');
  await dialog.getByRole('tab', { name: 'Tokenization' }).click();
  await dialog.getByLabel('Tokenizer', { exact: true }).fill(SAMPLE_TOKENIZER);
  await dialog.getByRole('button', { name: 'Show more settings' }).click();
  await dialog.getByLabel('Verify against the reference').selectOption('full');
  await dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' }).click();
  const made = dialog.getByRole('article', { name: /^Tokenization with/ });
  await expect(made.getByText('processing', { exact: true })).toBeVisible({ timeout: 60_000 });

  await server.kill();
  await expect(page.getByText('API Connected')).toBeHidden();
  await panel.picture('server-gone-tokenizing');
  await server.start();

  await expect(page.getByText('API Connected')).toBeVisible();
  await expect(made.getByText('processing', { exact: true })).toBeVisible();
  await expect(made.getByText('ready', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(made).toContainText(`${LINES.toLocaleString('en-US')} rows`);
});
