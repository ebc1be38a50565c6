/** The panel's one error type: a refusal of the API, or the lack of an answer. */
import type { Problem } from '../types/dataset';

/** Codes that the panel adds to the server's own. */
const UNREACHABLE = 'unreachable';
const BAD_RESPONSE = 'bad_response';

type FieldProblem = Problem['errors'][number];

/** The body of a refusal: `errors` is optional, and each code may add members of its own. */
interface AnyProblem {
  readonly type?: string;
  readonly title?: string;
  readonly instance?: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryable?: boolean;
  readonly errors?: readonly FieldProblem[];
  readonly [member: string]: unknown;
}

interface ApiErrorInit {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryable?: boolean;
  readonly errors?: readonly FieldProblem[];
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A refusal of the API as RFC 9457 problem details, or the lack of an answer (status 0). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
  readonly errors: readonly FieldProblem[];
  /** Members that the code adds to the common ones, such as an id, choices or needed bytes. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor({ status, code, detail, retryable = false, errors = [], extra = {} }: ApiErrorInit) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryable = retryable;
    this.errors = errors;
    this.extra = extra;
  }

  /** Return the member `name` if it is a text. */
  getText(name: string): string | null {
    const value = this.extra[name];
    return typeof value === 'string' ? value : null;
  }

  /** Return the texts in the member `name`; an empty list if it is no list. */
  getTextList(name: string): readonly string[] {
    const value = this.extra[name];
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  }
}

/** Return the error for a server that does not answer. */
export function createUnreachableError(): ApiError {
  return new ApiError({
    status: 0,
    code: UNREACHABLE,
    detail: 'The server does not answer. Check that miStudio is running, then try again.',
    retryable: true,
  });
}

/** Return the error in a response that is not a success. */
export async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return isProblem(body) ? fromProblem(body) : createBadResponseError(response.status);
}

function fromProblem(problem: AnyProblem): ApiError {
  const { type, title, instance, status, code, detail, retryable = false, errors = [], ...extra } = problem;
  return new ApiError({ status, code, detail, retryable, errors, extra });
}

/** Return the error for a response that no version of this API sends, such as a proxy's page. */
export function createBadResponseError(status: number): ApiError {
  return new ApiError({
    status,
    code: BAD_RESPONSE,
    detail: `The server sent an unreadable response (status ${status}). Try again, or check the server log.`,
    retryable: status >= 500,
  });
}

function isProblem(body: unknown): body is AnyProblem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'code' in body &&
    typeof body.code === 'string' &&
    'detail' in body &&
    typeof body.detail === 'string'
  );
}

/** Return `error` if it is an ApiError; throw anything else, which is a defect of the panel. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  throw error;
}

/** Return whether the panel itself aborted a request. */
export function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
