/** The panel as a person meets it: by label, role and name, never by class or structure. */
import path from 'node:path';

import { expect, type Locator, type Page } from '@playwright/test';

import { violations } from './accessibility.ts';

const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
] as const;
const PICTURES = path.resolve(import.meta.dirname, '../test-results/pictures');

export class Panel {
  readonly complaints: string[] = [];
  readonly repository: Locator;
  readonly token: Locator;
  readonly download: Locator;
  readonly preflight: Locator;

  constructor(
    readonly page: Page,
    private readonly url: string,
  ) {
    this.repository = page.getByLabel('Dataset Repository');
    this.token = page.getByLabel('Access Token (optional, for gated datasets)');
    this.download = page.getByRole('button', { name: 'Download Dataset from HuggingFace' });
    this.preflight = page.getByRole('status').filter({ hasText: /file/ });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  async open(): Promise<void> {
    await this.page.goto(this.url);
    await expect(this.page.getByRole('heading', { name: 'Dataset Management' })).toBeVisible();
    await expect(this.page.getByText('API Connected')).toBeVisible();
  }

  async get(repository: string, token = ''): Promise<void> {
    await this.repository.fill(repository);
    await this.token.fill(token);
    await this.download.click();
  }

  card(name: string): Card {
    return new Card(this.page, name);
  }

  dialog(name: string): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** Take a picture at both sizes that the panel is made for; nothing scrolls sideways, and everybody can use it. */
  async picture(name: string): Promise<void> {
    for (const size of SIZES) {
      await this.page.setViewportSize(size);
      await expect.poll(() => this.#overflow(), `nothing is wider than ${size.width} px`).toEqual([]);
      expect(await violations(this.page), `${name} at ${size.width} px is accessible`).toEqual([]);
      await this.page.screenshot({ path: path.join(PICTURES, `${name}-${size.width}x${size.height}.png`) });
    }
    await this.page.setViewportSize(SIZES[0]);
  }

  /** What reaches beyond the right edge of the page, as far as it makes the page itself scroll. */
  #overflow(): Promise<string[]> {
    return this.page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= width) {
        return [];
      }
      return [...document.body.querySelectorAll('*')]
        .filter((element) => element.getBoundingClientRect().right > width + 1)
        .map((element) => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`);
    });
  }
}

export class Card {
  readonly root: Locator;
  readonly progress: Locator;

  constructor(page: Page, name: string) {
    this.root = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
    this.progress = this.root.getByRole('progressbar');
  }

  async hasStatus(status: 'downloading' | 'processing' | 'ready' | 'error' | 'cancelled'): Promise<void> {
    await expect(this.root.getByText(status, { exact: true })).toBeVisible({ timeout: 40_000 });
  }

  action(name: 'Cancel' | 'Retry' | 'Delete'): Locator {
    return this.root.getByRole('button', { name: new RegExp(`^${name}\\b`) });
  }

  /** Open the dataset's window. */
  async open(name: string): Promise<void> {
    await this.root.getByRole('button', { name, exact: true }).click();
  }

  async percent(): Promise<number> {
    return Number(await this.progress.getAttribute('aria-valuenow'));
  }
}
