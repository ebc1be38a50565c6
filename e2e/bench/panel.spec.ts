/** How long the panel takes on a large dataset, from a press until the browser has painted what was asked for. */
import { writeFileSync } from 'node:fs';

import { expect, type Locator, type Page, test } from '@playwright/test';

const URL = process.env['PANEL_URL'] ?? '';
const DATASET = process.env['PANEL_DATASET'] ?? '';
const TIMES = Number(process.env['PANEL_TIMES'] ?? '20');
const FIGURES = process.env['PANEL_FIGURES'] ?? '';

/** What has to be there, as CSS; and how the text of it has to begin, for what was there before with another. */
interface Until {
  readonly css: string;
  readonly text?: string;
}

const OVERVIEW: Until = { css: '#overview-stats' };
const SAMPLES: Until = { css: '[role="tabpanel"] li:nth-child(50) article' };
const CHART: Until = { css: '.recharts-bar-rectangle' };

test('the window, its figures and its samples', async ({ page }) => {
  const took: Record<string, number[]> = {};
  const keep = async (name: string, press: Locator, until: Until): Promise<void> => {
    (took[name] ??= []).push(await milliseconds(page, press, until));
  };
  const tab = (name: string): Locator => page.getByRole('tab', { name });
  const next = page.getByRole('button', { name: 'Next' });
  for (let time = 0; time < TIMES; time += 1) {
    await page.goto(URL);
    await expect(page.getByText('API Connected')).toBeVisible();
    await keep('opening the window', page.locator(`#open-${DATASET}`), OVERVIEW);
    await keep('the first page of samples', tab('Samples'), SAMPLES);
    await keep('the next page', next, { css: '[role="tabpanel"]', text: 'Showing 51–100' });
    await page.getByLabel('Page', { exact: true }).fill(String(10_000 + 997 * time));
    const first = (50 * (10_000 + 997 * time - 1) + 1).toLocaleString('en-US');
    await keep('a page in the midst', page.getByRole('button', { name: 'Go', exact: true }), {
      css: '[role="tabpanel"]',
      text: `Showing ${first}`,
    });
    await keep('the statistics, first seen', tab('Statistics'), CHART);
    await keep('back to the overview', tab('Overview'), OVERVIEW);
    await keep('the statistics, seen again', tab('Statistics'), CHART);
  }
  writeFileSync(FIGURES, JSON.stringify(took));
});

/** From the press of `press` until the browser has painted `until`, by the browser's own clock. */
async function milliseconds(page: Page, press: Locator, until: Until): Promise<number> {
  await expect(press).toBeEnabled();
  const watched = page.evaluate(({ css, text }) => {
    const there = (): boolean => document.querySelector(css)?.textContent.includes(text ?? '') === true;
    return new Promise<number>((resolve) => {
      document.addEventListener(
        'click',
        () => {
          const began = performance.now();
          const look = (): void => {
            // Two frames: what was found in one is painted by the next.
            if (there())
              requestAnimationFrame(() => {
                resolve(performance.now() - began);
              });
            else requestAnimationFrame(look);
          };
          look();
        },
        { once: true, capture: true },
      );
    });
  }, until);
  await press.evaluate((element: HTMLElement) => {
    element.click();
  });
  return watched;
}
