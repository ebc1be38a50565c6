/** The API as the panel's tests meet it: a mock service worker, so that the panel's own fetch is what runs. */
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

import type { Problem } from '../types/dataset';
import {
  makeDataset,
  makeDetail,
  makeHubDataset,
  makeList,
  makeSample,
  makeSamplePage,
  makeStorage,
} from './fixtures';

/** A route under `/api`, on whatever origin the page has. */
export const api = (path: string): string => `*/api${path}`;

/** A refusal as the server gives it. */
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
  http.get(api('/datasets/:id/samples'), () => HttpResponse.json(makeSamplePage([makeSample()]))),
  http.get(api('/hub/datasets/:namespace/:name'), () => HttpResponse.json(makeHubDataset())),
  http.post(api('/datasets/sample'), () =>
    HttpResponse.json(makeDataset({ id: 'ds_8', name: 'sample' }), { status: 202 }),
  ),
  http.get(api('/system/storage'), () => HttpResponse.json(makeStorage())),
);
