import { http, HttpResponse } from 'msw';

import { makeDataset } from '../test/fixtures';
import { api, server } from '../test/server';
import { makeUpdate } from '../test/updateFixtures';
import { checkUpdate, createUpdate, extendDataset } from './repository';

it('asks for a larger part', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/extend'), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_2' }));
    }),
  );
  const request = { amount: { kind: 'rows', rows: 5 } } as const;
  await expect(extendDataset('ds_1', request)).resolves.toEqual(makeDataset({ id: 'ds_2' }));
  expect(bodies).toEqual([request]);
});

it('asks for a newer commit, and for its download', async () => {
  const tokens: unknown[] = [];
  server.use(
    http.get(api('/datasets/ds_1/update'), ({ request }) => {
      tokens.push(request.headers.get('X-HF-Token'));
      return HttpResponse.json(makeUpdate());
    }),
    http.post(api('/datasets/ds_1/update'), async ({ request }) => {
      tokens.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_2' }));
    }),
  );
  await expect(checkUpdate('ds_1', null)).resolves.toEqual(makeUpdate());
  await checkUpdate('ds_1', 'hf_x');
  await expect(createUpdate('ds_1', 'hf_x')).resolves.toEqual(makeDataset({ id: 'ds_2' }));
  expect(tokens).toEqual([null, 'hf_x', { access_token: 'hf_x' }]);
});
