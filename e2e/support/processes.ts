/** Child processes of a journey: started with their output in a file, and gone when the journey is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const VENV_BIN = path.join(ROOT, '.venv', 'bin');

const PATIENCE_MS = 30_000;
const GRACE_MS = 10_000;
const POLL_MS = 25;

export interface Start {
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: string;
}

export function start({ command, folder, environment, log }: Start): ChildProcess {
  const output = openSync(log, 'a');
  const [program, ...rest] = command;
  const child = spawn(program, rest, { cwd: folder, env: environment, stdio: ['ignore', output, output] });
  closeSync(output);
  return child;
}

/** End a process and wait until it is gone; one that does not heed SIGTERM is killed. */
export async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, 'exit');
  child.kill(signal);
  const giveUp = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(giveUp);
}

/** Wait until an address answers with success; a process that ends before that is an error, as one that never does: it is ended. */
export async function answers(url: string, child: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`It ended before ${url} answered; see ${log}`);
    }
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  child.kill('SIGKILL');
  throw new Error(`${url} did not answer within ${PATIENCE_MS / 1000} s; see ${log}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
