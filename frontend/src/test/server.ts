/** The API as the panel's tests meet it: a mock service worker, so that the panel's own fetch is what runs. */
import { http, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';

import type { Problem } from '../types/dataset';
import { aDataset, aDetail, aHubDataset, aList, aSample, aSamplePage, aStorage } from './fixtures';

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
  http.get(api('/datasets'), () => HttpResponse.json(aList([]))),
  http.get(api('/datasets/:id'), ({ params }) => HttpResponse.json(aDetail({ id: String(params.id) }))),
  http.get(api('/datasets/:id/samples'), () => HttpResponse.json(aSamplePage([aSample()]))),
  http.get(api('/hub/datasets/:namespace/:name'), () => HttpResponse.json(aHubDataset())),
  http.post(api('/datasets/sample'), () =>
    HttpResponse.json(aDataset({ id: 'ds_8', name: 'sample' }), { status: 202 }),
  ),
  http.get(api('/system/storage'), () => HttpResponse.json(aStorage())),
);
