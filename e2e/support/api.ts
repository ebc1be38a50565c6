/** What a journey needs before it begins, asked for over HTTP: quicker than by hand. */
import { expect } from '@playwright/test';

import type { Server } from './server.ts';

export const SAMPLE_TOKENIZER = './tokenizers/sample-bpe';

interface Made {
  readonly id: string;
  readonly name: string;
}

/** Load the sample, whose tokenizer comes with it, and wait until it can be read. */
export async function sampleLoaded(server: Server): Promise<Made> {
  return made(server, '/api/datasets/sample', { method: 'POST' }, '/api/datasets');
}

/** Send files as one dataset, and wait until it can be read. */
export async function imported(
  server: Server,
  files: Readonly<Record<string, string>>,
  name: string,
): Promise<Made> {
  const body = new FormData();
  for (const [file, content] of Object.entries(files)) body.append('files', new Blob([content]), file);
  body.append('name', name);
  return made(server, '/api/datasets/upload', { method: 'POST', body }, '/api/datasets');
}

/** Download a repository, or a part of it, and wait until it can be read. */
export async function downloaded(server: Server, request: object): Promise<Made> {
  const asked = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(request),
  };
  return made(server, '/api/datasets/download', asked, '/api/datasets');
}

/** Tokenize a dataset with the sample's tokenizer, and wait until that is done. */
export async function tokenized(server: Server, datasetId: string, settings: object = {}): Promise<Made> {
  const asked = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tokenizer: SAMPLE_TOKENIZER, ...settings }),
  };
  return made(server, `/api/datasets/${datasetId}/tokenize`, asked, '/api/tokenizations');
}

async function made(server: Server, address: string, asked: RequestInit, place: string): Promise<Made> {
  const answer = await fetch(server.url + address, asked);
  expect(answer.ok, await answer.clone().text()).toBe(true);
  const begun = (await answer.json()) as Made;
  const status = async (): Promise<string> => {
    const record = await fetch(`${server.url}${place}/${begun.id}`);
    return ((await record.json()) as { status: string }).status;
  };
  await expect.poll(status, { timeout: 60_000 }).toBe('ready');
  return begun;
}
