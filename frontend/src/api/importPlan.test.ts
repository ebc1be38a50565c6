import { http, HttpResponse } from 'msw';

import { makeImportPlan } from '../test/importFixtures';
import { api, server } from '../test/server';
import type { OfferedFile } from '../types/dataset';
import { formatUploadName, planUpload } from './importPlan';

function makeFolderFile(content: string, path: string): File {
  const file = new File([content], path.split('/').pop() ?? '');
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

it('sends names, sizes, beginnings and ends, and a card whole', async () => {
  const bodies: { files: OfferedFile[]; config: string | null }[] = [];
  server.use(
    http.post(api('/datasets/upload/plan'), async ({ request }) => {
      bodies.push((await request.json()) as (typeof bodies)[number]);
      return HttpResponse.json(makeImportPlan());
    }),
  );
  const long = `${'a'.repeat(70_000)}end`;
  const card = `---\n${'#'.repeat(70_000)}`;
  const files = [makeFolderFile(long, 'mine/a.csv'), makeFolderFile(card, 'mine/README.md')];
  expect(await planUpload(files, 'en', new AbortController().signal)).toEqual(makeImportPlan());
  const [body] = bodies;
  expect(body?.config).toBe('en');
  expect(body?.files.map(({ file, size }) => [file, size])).toEqual([
    ['mine/a.csv', 70_003],
    ['mine/README.md', card.length],
  ]);
  const [data, whole] = body?.files.map(({ head, tail }) => [atob(head), atob(tail)]) ?? [];
  expect(data?.map((part) => part.length)).toEqual([65_536, 65_536]);
  expect(data?.[1]?.endsWith('end')).toBe(true);
  expect(whole).toEqual([card, '']);
});

it('names a file by its path in a chosen folder', () => {
  expect(formatUploadName(new File([], 'a.txt'))).toBe('a.txt');
  expect(formatUploadName(makeFolderFile('', 'mine/a.txt'))).toBe('mine/a.txt');
});
