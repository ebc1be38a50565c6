/** A server that gives every request the same response and logs the requests. */
import { http, HttpResponse } from 'msw';

import { api, server } from './server';

interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly hubToken: string | null;
}

let requests: LoggedRequest[] = [];

/** Return the requests since the last `respondWith`, in order. */
export const getRequests = (): readonly LoggedRequest[] => requests;

/** Respond to every request with `body`; null: without a body. */
export function respondWith(body: object | null): void {
  requests = [];
  server.use(
    http.all(api('/*'), async ({ request }) => {
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      requests.push({
        method: request.method,
        path: pathname + search,
        body: text === '' ? null : JSON.parse(text),
        hubToken: request.headers.get('x-hf-token'),
      });
      return body === null ? new HttpResponse(null, { status: 204 }) : HttpResponse.json(body);
    }),
  );
}
