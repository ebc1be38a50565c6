import { http, HttpResponse } from 'msw';

import { api, problem, server } from '../test/server';
import { setAccessToken } from './accessToken';
import { fetchAPI, observeApi } from './client';
import type { ApiError } from './errors';
import { toApiError } from './errors';

function catchError(promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => toApiError(error),
  );
}

const observer = { onReachable: jest.fn(), onUnreachable: jest.fn(), onUnauthorized: jest.fn() };

beforeEach(() => observeApi(observer));

it('returns the body of a response', async () => {
  server.use(http.get(api('/x'), () => HttpResponse.json({ a: 1 })));
  expect(await fetchAPI('/x')).toEqual({ a: 1 });
  expect(observer.onReachable).toHaveBeenCalled();
});

it('returns undefined for a response without a body', async () => {
  server.use(http.delete(api('/x'), () => new HttpResponse(null, { status: 204 })));
  expect(await fetchAPI('/x', { method: 'DELETE' })).toBeUndefined();
});

it('sends the access token and a JSON body', async () => {
  setAccessToken('secret');
  server.use(
    http.post(api('/x'), async ({ request }) =>
      HttpResponse.json({ token: request.headers.get('authorization'), body: await request.json() }),
    ),
  );
  const answer = await fetchAPI('/x', { method: 'POST', body: { a: 1 } });
  expect(answer).toEqual({ token: 'Bearer secret', body: { a: 1 } });
});

it('sends no token if none is stored', async () => {
  server.use(http.get(api('/x'), ({ request }) => HttpResponse.json(request.headers.get('authorization'))));
  expect(await fetchAPI('/x')).toBeNull();
});

it('turns a problem into an ApiError with the members of its code', async () => {
  const errors = [{ field: 'config', message: 'No such config.' }];
  server.use(
    http.get(api('/x'), () =>
      problem(422, 'unknown_config', 'No.', {
        errors,
        choices: ['en', 3],
        dataset_id: 'ds_1',
        retryable: true,
      }),
    ),
  );
  const error = await catchError(fetchAPI('/x'));
  expect(error).toMatchObject({
    status: 422,
    code: 'unknown_config',
    detail: 'No.',
    retryable: true,
    errors,
  });
  expect(error.getTextList('choices')).toEqual(['en']);
  expect(error.getTextList('missing')).toEqual([]);
  expect(error.getText('dataset_id')).toBe('ds_1');
  expect(error.getText('choices')).toBeNull();
  expect(Object.keys(error.extra)).toEqual(['choices', 'dataset_id']);
});

it('reports a refusal that is no problem document', async () => {
  server.use(http.get(api('/x'), () => new HttpResponse('<html>Bad gateway</html>', { status: 502 })));
  expect(await catchError(fetchAPI('/x'))).toMatchObject({
    status: 502,
    code: 'bad_response',
    retryable: true,
  });
});

it('reports a success that is not JSON', async () => {
  server.use(http.get(api('/x'), () => new HttpResponse('<html>', { status: 200 })));
  expect(await catchError(fetchAPI('/x'))).toMatchObject({ code: 'bad_response', retryable: false });
});

it('reports a server that does not answer', async () => {
  server.use(http.get(api('/x'), () => HttpResponse.error()));
  expect(await catchError(fetchAPI('/x'))).toMatchObject({ status: 0, code: 'unreachable' });
  expect(observer.onUnreachable).toHaveBeenCalled();
});

it('reports a missing server token, but no missing Hub token', async () => {
  server.use(http.get(api('/hub'), () => problem(401, 'auth_required', 'Give a token.')));
  await catchError(fetchAPI('/hub'));
  expect(observer.onUnauthorized).not.toHaveBeenCalled();
  server.use(http.get(api('/x'), () => problem(401, 'unauthorized', 'Token.')));
  await catchError(fetchAPI('/x'));
  expect(observer.onUnauthorized).toHaveBeenCalled();
});

it('rethrows the abort of a request', async () => {
  server.use(http.get(api('/x'), () => new Promise<HttpResponse<null>>(() => undefined)));
  const controller = new AbortController();
  const answer = fetchAPI('/x', { signal: controller.signal });
  controller.abort();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  expect(observer.onUnreachable).not.toHaveBeenCalled();
});

it('rethrows a defect of the panel', () => {
  expect(() => toApiError(new TypeError('defect'))).toThrow('defect');
});
