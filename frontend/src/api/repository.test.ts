import { http, HttpResponse } from 'msw';

import { makeDataset } from '../test/fixtures';
import { api, server } from '../test/server';
import { extendDataset } from './repository';

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
