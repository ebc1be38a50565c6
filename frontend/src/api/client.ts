/** The one way to the API: adds the access token, reads JSON, turns every refusal into an ApiError. */
import { getAccessToken } from './accessToken';
import { ApiError, badResponse, errorOf, isAbort, unreachable } from './errors';

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
export async function fetchAPI<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const response = await send(path, options);
  if (!response.ok) {
    const error = await errorOf(response);
    if (error.status === 401 && error.code === 'unauthorized') {
      observer?.onUnauthorized();
    }
    throw error;
  }
  return (await read(response)) as Answer;
}

async function send(
  path: string,
  { method = 'GET', body, headers, signal }: RequestOptions,
): Promise<Response> {
  const token = getAccessToken();
  const init: RequestInit = {
    method,
    headers: {
      Accept: 'application/json',
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
  try {
    const response = await fetch(new URL(`/api${path}`, window.location.origin), init);
    observer?.onReachable();
    return response;
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    observer?.onUnreachable();
    throw unreachable();
  }
}

async function read(response: Response): Promise<unknown> {
  if (response.status === 204) {
    return undefined;
  }
  try {
    return (await response.json()) as unknown;
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw badResponse(response.status);
  }
}

export { ApiError };
