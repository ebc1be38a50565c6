/** The one way to the API: adds the access token, reads JSON, turns every refusal into an ApiError. */
import { getAccessToken } from './accessToken';
import { ApiError, createBadResponseError, createUnreachableError, isAbort, readError } from './errors';

/** Hears what every request learns of the server. */
export interface ApiObserver {
  readonly onReachable: () => void;
  readonly onUnreachable: () => void;
  /** The server wants its access token; the one it got, if any, was wrong. */
  readonly onUnauthorized: () => void;
}

let observer: ApiObserver | null = null;

/** Let `next` hear what requests learn of the server; null: nobody. */
export function observeApi(next: ApiObserver | null): void {
  observer = next;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * The answer of `path` (under `/api`) as `Answer`; undefined where the answer has no body.
 *
 * @throws ApiError for every refusal, and with code `unreachable` where nothing answers.
 * @throws DOMException named AbortError when `signal` gave the request up.
 */
export async function fetchAPI<WhatIfResult>(
  path: string,
  options: RequestOptions = {},
): Promise<WhatIfResult> {
  const response = await send(path, options);
  return (await readResponse(response)) as WhatIfResult;
}

/**
 * What a response says; undefined where it has no body.
 *
 * @throws ApiError where it is not a success.
 */
export async function readResponse(response: Response): Promise<unknown> {
  observer?.onReachable();
  if (response.ok) {
    return readJson(response);
  }
  const error = await readError(response);
  if (error.status === 401 && error.code === 'unauthorized') {
    observer?.onUnauthorized();
  }
  throw error;
}

/** That nothing answered, as an error to throw. */
export function reportUnreachable(): ApiError {
  observer?.onUnreachable();
  return createUnreachableError();
}

/** The address of `path` under `/api`. */
export function resolveApiUrl(path: string): URL {
  return new URL(`/api${path}`, window.location.origin);
}

/** The headers of every request: what is wanted, and the access token where there is one. */
export function createHeaders(): Record<string, string> {
  const token = getAccessToken();
  return { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
}

async function send(
  path: string,
  { method = 'GET', body, headers, signal }: RequestOptions,
): Promise<Response> {
  const init: RequestInit = {
    method,
    headers: {
      ...createHeaders(),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    return await fetch(resolveApiUrl(path), init);
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw reportUnreachable();
  }
}

async function readJson(response: Response): Promise<unknown> {
  if (response.status === 204) {
    return undefined;
  }
  try {
    return (await response.json()) as unknown;
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw createBadResponseError(response.status);
  }
}

export { ApiError };
