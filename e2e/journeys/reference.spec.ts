/** The page that shows the HTTP API: whole, though the machine reaches no other one. */
import { expect, test } from '../support/studio.ts';

test('the API shows itself and asks no other site', async ({ page, server }) => {
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) {
      origins.add(new URL(request.url()).origin);
    }
  });
  page.on('console', (message) => {
    if (message.type() === 'error') {
      complaints.push(message.text());
    }
  });
  await page.goto(`${server.url}/api/docs`);

  await expect(page.getByRole('heading', { name: 'miStudio' })).toBeVisible();
  await page.getByText('/api/datasets/{dataset_id}/what-if').click();
  await expect(page.getByText('Several may be given.')).toBeVisible();
  await page.getByRole('button', { name: 'Try it out' }).click();

  expect([...origins]).toEqual([new URL(server.url).origin]);
  expect(complaints, 'the policy of the page lets it do all it wants').toEqual([]);
});
