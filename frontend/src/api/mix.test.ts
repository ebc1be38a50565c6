import { http, HttpResponse } from 'msw';

import { makeDataset } from '../test/fixtures';
import { api, server } from '../test/server';
import { mixDatasets, previewMix } from './mix';

it('sends requests for mixtures', async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/mix'), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(makeDataset());
    }),
    http.post(api('/datasets/mix/preview'), () => HttpResponse.json({ by: 'rows', total: 2, parts: [] })),
  );
  const request = { parts: [{ dataset: 'ds_1', share: 0.5 }] };
  await expect(mixDatasets(request)).resolves.toEqual(makeDataset());
  await expect(previewMix(request)).resolves.toEqual({ by: 'rows', total: 2, parts: [] });
  expect(bodies).toEqual([request]);
});
