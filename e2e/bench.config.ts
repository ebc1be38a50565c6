import { defineConfig } from '@playwright/test';

import journeys from './playwright.config.ts';

/** What is measured in the browser, one step after the other. */
export default defineConfig({
  ...journeys,
  testDir: 'bench',
  workers: 1,
  timeout: 300_000,
  use: { ...journeys.use, trace: 'off' },
});
