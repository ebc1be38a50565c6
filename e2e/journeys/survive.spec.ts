/** Survive: what happens to work when it is interrupted, by a person or by a crash. */
import { NOVELS, NOVEL_COUNT, SECRETS, TOKEN } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

const FAST = { gated: [SECRETS], tokens: [TOKEN] };
const SLOW = { ...FAST, rate: 30_000 };
const CRAWLING = { ...FAST, rate: 5_000 };
const ENOUGH_PERCENT = 15;
/** Of the progress last seen: the newest bytes before a kill may not have been counted yet. */
const KEPT = 0.8;

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

  await expect(card.root.getByText(/^Cancelled\. Retry goes on from \d+/)).toBeVisible();
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
