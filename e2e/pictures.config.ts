import { defineConfig } from '@playwright/test';

import journeys from './playwright.config.ts';

/** The pictures of the documentation, taken from the real panel. */
export default defineConfig({
  ...journeys,
  testDir: 'pictures',
  use: { ...journeys.use, trace: 'off', deviceScaleFactor: 1 },
});
