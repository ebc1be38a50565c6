/** How long the panel takes on a large dataset, from a press until the browser has painted what was asked for. */
import { writeFileSync } from 'node:fs';

import { type CDPSession, expect, type JSHandle, type Locator, type Page, test } from '@playwright/test';

const URL = process.env['PANEL_URL'] ?? '';
const DATASET = process.env['PANEL_DATASET'] ?? '';
const TIMES = Number(process.env['PANEL_TIMES'] ?? '20');
const FIGURES = process.env['PANEL_FIGURES'] ?? '';
const EVENTS = 20;
const PAGES = Number(process.env['PANEL_PAGES'] ?? '0');
/** What the browser's main thread does because of an event. */
const WORK = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];
const SCROLLED_PX = 120;

/** What has to be there, as CSS; and how the text of it has to begin, for what was there before with another. */
interface Until {
  readonly css: string;
  readonly text?: string;
}

const OVERVIEW: Until = { css: '#overview-stats' };
const SAMPLES: Until = { css: '[role="tabpanel"] li:nth-child(50) article' };
const CHART: Until = { css: '.recharts-bar-rectangle' };

const took: Record<string, number[]> = {};

test.afterAll(() => {
  writeFileSync(FIGURES, JSON.stringify(took));
});

test('the window, its figures and its samples', async ({ page }) => {
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
    const middle = Math.ceil((PAGES * (time + 1)) / (TIMES + 1));
    await page.getByLabel('Page', { exact: true }).fill(String(middle));
    const first = (50 * (middle - 1) + 1).toLocaleString('en-US');
    await keep('a page in the middle', page.getByRole('button', { name: 'Go', exact: true }), {
      css: '[role="tabpanel"]',
      text: `Showing ${first}`,
    });
    await keep('the statistics, first time', tab('Statistics'), CHART);
    await keep('back to the overview', tab('Overview'), OVERVIEW);
    await keep('the statistics, again', tab('Statistics'), CHART);
  }
});

test('a list of everything, scrolled, and events about one of it', async ({ page }) => {
  let tell: (said: string) => void = () => undefined;
  await page.routeWebSocket(/socket\.io/, (socket) => {
    socket.connectToServer();
    tell = (said) => {
      socket.send(said);
    };
  });
  await page.goto(URL);
  const more = page.getByRole('button', { name: 'Load more' });
  const listed = page.getByRole('list', { name: 'Datasets' }).getByRole('listitem');
  await expect(more).toBeVisible();
  const answer = await page.request.get(`${URL}/api/datasets?limit=1`);
  const { data, pagination } = (await answer.json()) as Listed;
  for (let shown = await listed.count(); shown < pagination.total; shown = await listed.count()) {
    await more.click();
    await expect.poll(() => listed.count()).toBeGreaterThan(shown);
  }
  const count = `${(await listed.count()).toLocaleString('en-US')} datasets listed`;
  took[`a frame while scrolling, ${count}`] = await frames(page);

  const newest = data[0] ?? { seq: 0 };
  const events = Array.from({ length: EVENTS }, (_, number) => {
    const dataset = { ...newest, seq: newest.seq + number + 1, size_bytes: 1024 ** 2 * (number + 1) };
    return `42${JSON.stringify(['datasets', { type: 'changed', dataset }])}`;
  });
  took[`the browser’s work for an event, ${count}`] = await workOf(page, listed.first(), events, tell);
});

interface Listed {
  readonly data: readonly { readonly seq: number }[];
  readonly pagination: { readonly total: number };
}

/** The milliseconds between frames while the page is scrolled from its beginning to its end. */
async function frames(page: Page): Promise<number[]> {
  return page.evaluate(
    (step) =>
      new Promise<number[]>((resolve) => {
        const between: number[] = [];
        let before = performance.now();
        window.scrollTo(0, 0);
        const next = (now: number): void => {
          between.push(now - before);
          before = now;
          const top = window.scrollY;
          window.scrollBy(0, step);
          if (window.scrollY > top) requestAnimationFrame(next);
          else resolve(between);
        };
        requestAnimationFrame(next);
      }),
    SCROLLED_PX,
  );
}

/** The milliseconds of the main thread for each event, until what it changes in `place` has changed. */
async function workOf(
  page: Page,
  place: Locator,
  events: readonly string[],
  tell: (said: string) => void,
): Promise<number[]> {
  const browser = await page.context().newCDPSession(page);
  await browser.send('Performance.enable');
  const work: number[] = [];
  for (const event of events) {
    const change = await watched(place);
    const before = await workDone(browser);
    tell(event);
    await change.evaluate(({ done }) => done);
    work.push((await workDone(browser)) - before);
  }
  return work;
}

async function workDone(browser: CDPSession): Promise<number> {
  const { metrics } = await browser.send('Performance.getMetrics');
  const seconds = metrics.filter(({ name }) => WORK.includes(name)).map(({ value }) => value);
  return 1000 * seconds.reduce((sum, value) => sum + value, 0);
}

/** Something that is done once what stands in `place` has changed, and the browser has painted it. */
async function watched(place: Locator): Promise<JSHandle<{ readonly done: Promise<void> }>> {
  return place.evaluateHandle((element) => ({
    done: new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        requestAnimationFrame(() => {
          requestAnimationFrame(() => {
            resolve();
          });
        });
      });
      observer.observe(element, { subtree: true, childList: true, characterData: true });
    }),
  }));
}

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
