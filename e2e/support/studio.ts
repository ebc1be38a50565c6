/** The fixtures of every journey: repositories on a test Hub, a server of its own, and the panel in a browser. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { test as base, expect } from '@playwright/test';

import { TestHub, type HubOptions } from './hub.ts';
import { Panel } from './panel.ts';
import { SECRETS, TOKEN, writeRepositories } from './repositories.ts';
import { Server } from './server.ts';

interface Settings {
  /** How the Hub behaves in this journey. */
  hubOptions: HubOptions;
}

interface Fixtures {
  hub: TestHub;
  server: Server;
  panel: Panel;
}

interface WorkerFixtures {
  repositories: string;
}

export const test = base.extend<Settings & Fixtures, WorkerFixtures>({
  hubOptions: [{ gated: [SECRETS], tokens: [TOKEN] }, { option: true }],

  repositories: [
    async ({}, use, workerInfo) => {
      const folder = path.join(workerInfo.project.outputDir, `repositories-${workerInfo.workerIndex}`);
      mkdirSync(folder, { recursive: true });
      writeRepositories(folder);
      await use(folder);
    },
    { scope: 'worker' },
  ],

  hub: async ({ repositories, hubOptions }, use, testInfo) => {
    const hub = await TestHub.serving(repositories, hubOptions, logPath(testInfo.outputPath('hub.log')));
    await use(hub);
    await hub.stop();
  },

  server: async ({ hub }, use, testInfo) => {
    const server = await Server.serving(testInfo.outputPath('server'), hub.url);
    await use(server);
    await server.stop();
  },

  panel: async ({ page, server }, use) => {
    const panel = new Panel(page, server.url);
    await panel.open();
    await use(panel);
    expect(panel.complaints, 'the page threw no error').toEqual([]);
  },
});

function logPath(file: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

export { expect };
