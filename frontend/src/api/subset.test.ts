import { http, HttpResponse } from 'msw';

import { makeDataset, makeSubsetPreview } from '../test/fixtures';
import { api, server } from '../test/server';
import { createSubset, previewSubset } from './subset';

it('sends requests for subsets', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/subset'), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_2' }));
    }),
    http.post(api('/datasets/ds_1/subset/preview'), () => HttpResponse.json(makeSubsetPreview())),
  );
  const request = { search: 'dog', rows: 5 };
  await expect(createSubset('ds_1', request)).resolves.toEqual(makeDataset({ id: 'ds_2' }));
  await expect(previewSubset('ds_1', request)).resolves.toEqual(makeSubsetPreview());
  expect(bodies).toEqual([request]);
});
