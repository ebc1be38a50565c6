import { http, HttpResponse } from 'msw';

import { makeExport } from '../test/exportFixtures';
import { api, server } from '../test/server';
import { deleteExport, estimateExport, getExportUrl, listExports, startExport } from './exports';

it('asks for the size, starts, lists and deletes', async () => {
  const seen: unknown[] = [];
  server.use(
    http.get(api('/tokenizations/tok_1/export'), ({ request }) => {
      seen.push(new URL(request.url).search);
      return HttpResponse.json({ rows: 1, bytes: 2, is_exact: true, columns: ['input_ids'], left_out: [] });
    }),
    http.post(api('/datasets/ds_1/export'), async ({ request }) => {
      seen.push(await request.json());
      return HttpResponse.json(makeExport(), { status: 202 });
    }),
    http.get(api('/datasets/ds_1/exports'), () => HttpResponse.json([makeExport()])),
    http.delete(api('/exports/job_1'), () => new HttpResponse(null, { status: 204 })),
  );
  await expect(estimateExport({ kind: 'tokenizations', id: 'tok_1' }, 'npy')).resolves.toMatchObject({
    rows: 1,
  });
  await expect(startExport({ kind: 'datasets', id: 'ds_1' }, 'csv')).resolves.toEqual(makeExport());
  await expect(listExports('ds_1')).resolves.toEqual([makeExport()]);
  await expect(deleteExport('job_1')).resolves.toBeUndefined();
  expect(seen).toEqual(['?format=npy', { format: 'csv' }]);
});

it('escapes the parts of a path, not its slashes', () => {
  expect(getExportUrl('job_1', 'train/a b#.arrow')).toBe(
    `${window.location.origin}/api/exports/job_1/files/train/a%20b%23.arrow`,
  );
});
