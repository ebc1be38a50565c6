/** Get: from a typed name to a dataset that opens. */
import { NOVELS, SECRETS, STORIES, TOKEN } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

const SLOW = 20_000;

test('a repository is described while it is typed, downloaded, and opens', async ({ page, panel }) => {
  await panel.repository.fill(STORIES);

  await expect(panel.preflight).toContainText('3 files');
  await expect(panel.preflight).toContainText('train');
  await expect(panel.preflight).toContainText('test');
  await panel.picture('preflight');
  await panel.download.click();

  const card = panel.card('stories');
  await card.hasStatus('ready');
  await expect(panel.repository).toHaveValue('');
  await panel.picture('panel-ready');
  await card.open('stories');
  await expect(panel.dialog('stories')).toBeVisible();
  await expect(panel.dialog('stories')).toContainText('143 samples');
  await expect(page).toHaveURL(/ds_/);
});

test.describe('on a slow network', () => {
  test.use({ hubOptions: { rate: SLOW } });

  test('progress moves and says bytes, rate and time left', async ({ panel }) => {
    await panel.get(NOVELS);

    const card = panel.card('novels');
    await card.hasStatus('downloading');
    await expect(card.root).toContainText(/\d+\.\d (KB|MB) (of|\/) \d+\.\d (KB|MB)/);
    await expect(card.root).toContainText(/\d+\.\d (B|KB|MB)\/s/);
    await expect(card.root).toContainText(/\d+ (s|min)( left)?/);
    await panel.picture('panel-downloading');
    const first = await card.percent();
    await expect.poll(() => card.percent(), 'the bar moves').toBeGreaterThan(first);
    const second = await card.percent();
    await expect.poll(() => card.percent(), 'and goes on moving').toBeGreaterThan(second);
  });
});

test('a wrong name says so under the field, which keeps its value', async ({ page, panel }) => {
  await panel.repository.fill('acme/there-is-no-such-thing');
  await panel.repository.press('Enter');

  await expect(page.getByRole('alert')).toContainText('acme/there-is-no-such-thing');
  await expect(panel.repository).toHaveValue('acme/there-is-no-such-thing');
  await expect(panel.repository).toHaveAttribute('aria-invalid', 'true');
  await panel.picture('wrong-name');
});

test('a gated repository says what to do, and a token opens it', async ({ page, panel }) => {
  await panel.get(SECRETS);

  await expect(page.getByRole('alert')).toContainText(/token/i);
  await panel.picture('gated');
  await panel.get(SECRETS, 'hf_not_a_token_of_anybody');
  await expect(page.getByRole('alert')).toContainText(/token/i);
  await expect(panel.repository).toHaveValue(SECRETS);

  await panel.get(SECRETS, TOKEN);
  await panel.card('secrets').hasStatus('ready');
  await expect(panel.token).toHaveValue('');
});
