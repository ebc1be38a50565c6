/** Sends every request of the panel: adds the access token, reads JSON and turns refusals into ApiErrors. */
import { getAccessToken } from './accessToken';
import { ApiError, createBadResponseError, createUnreachableError, isAbort, readError } from './errors';

/** Receives what each request shows about the server. */
export interface ApiObserver {
  readonly onReachable: () => void;
  readonly onUnreachable: () => void;
  /** The server requires its access token; the one in the request, if any, was wrong. */
  readonly onUnauthorized: () => void;
}

let observer: ApiObserver | null = null;

/** Report the outcome of all requests to `next`; null removes the observer. */
export function observeApi(next: ApiObserver | null): void {
  observer = next;
}

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** A text is sent as YAML, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Send a request to `path` under `/api` and return the response body; undefined without a body.
 *
 * @throws ApiError for every refusal, and with code `unreachable` if the server does not answer.
 * @throws DOMException named AbortError when `signal` aborts the request.
 */
export async function fetchAPI<Body>(path: string, options: RequestOptions = {}): Promise<Body> {
  const response = await send(path, options);
  return (await readResponse(response)) as Body;
}

/**
 * Return a response's body; undefined without a body.
 *
 * @throws ApiError unless the response is a success.
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

/** Tell the observer that the server does not answer, and return the error to throw. */
export function reportUnreachable(): ApiError {
  observer?.onUnreachable();
  return createUnreachableError();
}

/** Return the address of `path` under `/api`. */
export function resolveApiUrl(path: string): URL {
  return new URL(`/api${path}`, window.location.origin);
}

/** Return the headers of every request, with the access token if there is one. */
export function createHeaders(): Record<string, string> {
  const token = getAccessToken();
  return { Accept: 'application/json', ...(token === null ? {} : { Authorization: `Bearer ${token}` }) };
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  try {
    return await fetch(resolveApiUrl(path), toRequestInit(options));
  } catch (error) {
    if (isAbort(error)) {
      throw error;
    }
    throw reportUnreachable();
  }
}

function toRequestInit({ method = 'GET', body, headers, signal }: RequestOptions): RequestInit {
  const isText = typeof body === 'string';
  const contentType =
    body === undefined ? {} : { 'Content-Type': isText ? 'application/yaml' : 'application/json' };
  return {
    method,
    headers: { ...createHeaders(), ...contentType, ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  };
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
