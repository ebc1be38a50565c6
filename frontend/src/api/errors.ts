/** The one error type of the panel: what the API answered, or that it did not answer. */
import type { Problem } from '../types/dataset';

/** Codes that the panel itself gives, beside the server's own. */
const UNREACHABLE = 'unreachable';
const BAD_RESPONSE = 'bad_response';

type FieldProblem = Problem['errors'][number];

/** A problem as it may come: the list of fields is left out where there is none, further members are the code's own. */
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
  /** Members that the code documents beside the common ones: an id, the choices, bytes needed. */
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

  /** The member `name`, where it is text. */
  getText(name: string): string | null {
    const value = this.extra[name];
    return typeof value === 'string' ? value : null;
  }

  /** The member `name`, where it is a list of texts; else an empty list. */
  getTextList(name: string): readonly string[] {
    const value = this.extra[name];
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  }
}

/** That the server did not answer at all. */
export function createUnreachableError(): ApiError {
  return new ApiError({
    status: 0,
    code: UNREACHABLE,
    detail: 'The server does not answer. Check that miStudio is running, then try again.',
    retryable: true,
  });
}

/** The error in an answer that is not a success, whatever its body holds. */
export async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  return isProblem(body) ? fromProblem(body) : createBadResponseError(response.status);
}

function fromProblem(problem: AnyProblem): ApiError {
  const { type, title, instance, status, code, detail, retryable = false, errors = [], ...extra } = problem;
  return new ApiError({ status, code, detail, retryable, errors, extra });
}

/** An answer that no version of this API gives: a proxy's page, say. */
export function createBadResponseError(status: number): ApiError {
  return new ApiError({
    status,
    code: BAD_RESPONSE,
    detail: `The server gave an answer that cannot be read (status ${status}). Try again, or look at its log.`,
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

/** `error` as an ApiError; what is not one is a defect of the panel and goes on up. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  throw error;
}

/** Whether a request was given up on purpose: a newer one took its place, or its part of the panel closed. */
export function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}
