/** Python as a user of the data runs it: with the `datasets` library, and nothing of ours. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { VENV_BIN } from './processes.ts';

const LARGEST_OUTPUT = 64 * 1024 * 1024;

/** What a program prints; `cacheFolder` takes what the library keeps. */
export async function printedBy(program: string, cacheFolder: string): Promise<string> {
  const done = await promisify(execFile)(path.join(VENV_BIN, 'python'), ['-c', program], {
    env: {
      PATH: process.env['PATH'],
      HF_HOME: path.join(cacheFolder, 'cache-of-a-user'),
      HF_HUB_OFFLINE: '1',
    },
    maxBuffer: LARGEST_OUTPUT,
  });
  return done.stdout;
}
