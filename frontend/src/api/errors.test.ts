import { problem } from '../test/server';
import {
  ApiError,
  createBadResponseError,
  createUnreachableError,
  isAbort,
  readError,
  toApiError,
} from './errors';

it('reads a problem with the members of its code', async () => {
  const refusal = problem(409, 'exists', 'It is here.', {
    dataset_id: 'ds_1',
    choices: ['a', 1],
    retryable: true,
  });
  const error = await readError(refusal);
  expect(error).toMatchObject({
    status: 409,
    code: 'exists',
    detail: 'It is here.',
    retryable: true,
    errors: [],
  });
  expect([error.getText('dataset_id'), error.getText('choices'), error.getText('what')]).toEqual([
    'ds_1',
    null,
    null,
  ]);
  expect([error.getTextList('choices'), error.getTextList('dataset_id')]).toEqual([['a'], []]);
});

it.each([['<html>'], ['{"code": 1}'], ['null']])('accepts a body like %s', async (body) => {
  expect(await readError(new Response(body, { status: 502 }))).toEqual(createBadResponseError(502));
});

it('describes a server that does not answer', () => {
  expect(createUnreachableError()).toMatchObject({ status: 0, code: 'unreachable', retryable: true });
  expect([createBadResponseError(404).retryable, createBadResponseError(500).retryable]).toEqual([
    false,
    true,
  ]);
});

it('rethrows a defect of the panel', () => {
  const error = createUnreachableError();
  expect(toApiError(error)).toBe(error);
  expect(() => toApiError(new TypeError('Broken.'))).toThrow(TypeError);
  expect(new ApiError({ status: 1, code: 'x', detail: 'Why.' }).message).toBe('Why.');
});

it('distinguishes an abort from a failure', () => {
  expect(isAbort(new DOMException('Stopped.', 'AbortError'))).toBe(true);
  expect([isAbort(createUnreachableError()), isAbort(null), isAbort('AbortError')]).toEqual([
    false,
    false,
    false,
  ]);
});
