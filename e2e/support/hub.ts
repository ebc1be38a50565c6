/** The test Hub as a process of its own: a real HTTP server that speaks the Hugging Face Hub's protocol. */
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';

import { answers, freePort, ROOT, start, stop, VENV_BIN } from './processes.ts';

export interface HubOptions {
  /** Bytes a second and connection; without it, as fast as can be. */
  readonly rate?: number;
  readonly gated?: readonly string[];
  readonly tokens?: readonly string[];
}

export class TestHub {
  readonly url: string;
  #child: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly log: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async serving(folder: string, options: HubOptions, log: string): Promise<TestHub> {
    const hub = new TestHub(folder, await freePort(), log);
    await hub.serve(options);
    return hub;
  }

  /** Serve at the same address with other options, as when a slow network becomes a fast one. */
  async serve(options: HubOptions): Promise<void> {
    await this.stop();
    const flags = [
      ...(options.rate === undefined ? [] : ['--rate', String(options.rate)]),
      ...(options.gated ?? []).flatMap((repository) => ['--gated', repository]),
      ...(options.tokens ?? []).flatMap((token) => ['--token', token]),
    ];
    this.#child = start({
      command: [
        path.join(VENV_BIN, 'python'),
        '-m',
        'fakes.hub',
        '--root',
        this.folder,
        '--port',
        String(this.port),
        ...flags,
      ],
      folder: path.join(ROOT, 'backend', 'tests'),
      environment: process.env,
      log: this.log,
    });
    await answers(`${this.url}/api/datasets/acme/stories`, this.#child, this.log);
  }

  async stop(): Promise<void> {
    if (this.#child !== null) {
      await stop(this.#child, 'SIGKILL');
    }
  }
}
