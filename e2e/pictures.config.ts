import { tmpdir } from 'node:os';
import path from 'node:path';

import { defineConfig } from '@playwright/test';

import journeys from './playwright.config.ts';

/** The pictures of the documentation, taken from the real panel; the paths that they show name nobody's folders. */
export default defineConfig({
  ...journeys,
  testDir: 'pictures',
  outputDir: path.join(tmpdir(), 'miStudio'),
  use: { ...journeys.use, trace: 'off', deviceScaleFactor: 1 },
});
