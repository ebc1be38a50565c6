/** The real server, from the repository's own environment, with a data folder and a home of its own. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import { answers, freePort, start, stop, VENV_BIN } from './processes.ts';

export class Server {
  readonly url: string;
  readonly dataFolder: string;
  readonly log: string;
  #child: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly hubUrl: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.dataFolder = path.join(folder, 'data');
    this.log = path.join(folder, 'server.log');
    mkdirSync(path.join(folder, 'home'), { recursive: true });
    mkdirSync(this.dataFolder, { recursive: true });
  }

  static async serving(folder: string, hubUrl: string): Promise<Server> {
    const server = new Server(folder, await freePort(), hubUrl);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#child = start({
      command: [path.join(VENV_BIN, 'mistudio'), 'serve', '--port', String(this.port)],
      folder: this.folder,
      environment: {
        PATH: process.env['PATH'],
        PYTHONPATH: process.env['PYTHONPATH'],
        HOME: path.join(this.folder, 'home'),
        DATA_DIR: this.dataFolder,
        DATABASE_URL: `sqlite+aiosqlite:///${path.join(this.dataFolder, 'mistudio.db')}`,
        HF_ENDPOINT: this.hubUrl,
        MISTUDIO_LOG_FORMAT: 'json',
      },
      log: this.log,
    });
    await answers(`${this.url}/api/health/ready`, this.#child, this.log);
  }

  /** End it without a word of warning, as a crash or a power cut does. */
  async kill(): Promise<void> {
    if (this.#child !== null) {
      await stop(this.#child, 'SIGKILL');
    }
  }

  async stop(): Promise<void> {
    if (this.#child !== null) {
      await stop(this.#child);
    }
  }
}
