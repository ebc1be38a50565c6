/** The API for the panel's tests: a mock service worker, so that the panel's own fetch code runs. */
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

import type { Problem } from '../types/dataset';
import { makeDataset, makeDetail, makeList, makeSample, makeSamplePage } from './fixtures';
import { makeHubDataset, makeStorage } from './storageFixtures';
import { makeImportPlan } from './importFixtures';

/** Return a route under `/api` for any origin. */
export const api = (path: string): string => `*/api${path}`;

/** Return a refusal as the server sends it. */
export function problem(
  status: number,
  code: string,
  detail: string,
  more: Partial<Problem> & Record<string, unknown> = {},
): HttpResponse<string> {
  const body = {
    type: 'about:blank',
    title: code,
    instance: '/api',
    status,
    code,
    detail,
    retryable: false,
    ...more,
  };
  return new HttpResponse(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/problem+json' },
  });
}

export const server = setupServer(
  http.get(api('/datasets'), () => HttpResponse.json(makeList([]))),
  http.get(api('/datasets/:id'), ({ params }) => HttpResponse.json(makeDetail({ id: String(params.id) }))),
  http.get(api('/datasets/:id/columns'), () =>
    HttpResponse.json({ state: 'none', progress: 0, error: null, data: [] }),
  ),
  http.get(api('/datasets/:id/samples'), () => HttpResponse.json(makeSamplePage([makeSample()]))),
  http.get(api('/hub/datasets/:namespace/:name'), () => HttpResponse.json(makeHubDataset())),
  http.post(api('/datasets/sample'), () =>
    HttpResponse.json(makeDataset({ id: 'ds_8', name: 'sample' }), { status: 202 }),
  ),
  http.post(api('/datasets/upload/plan'), () => HttpResponse.json(makeImportPlan())),
  http.get(api('/system/storage'), () => HttpResponse.json(makeStorage())),
);
