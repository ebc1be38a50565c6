import { problem } from '../test/server';
import { ApiError, badResponse, errorOf, isAbort, toApiError, unreachable } from './errors';

it('reads a problem with its own members', async () => {
  const refusal = problem(409, 'exists', 'It is here.', {
    dataset_id: 'ds_1',
    choices: ['a', 1],
    retryable: true,
  });
  const error = await errorOf(refusal);
  expect(error).toMatchObject({
    status: 409,
    code: 'exists',
    detail: 'It is here.',
    retryable: true,
    errors: [],
  });
  expect([error.text('dataset_id'), error.text('choices'), error.text('what')]).toEqual(['ds_1', null, null]);
  expect([error.texts('choices'), error.texts('dataset_id')]).toEqual([['a'], []]);
});

it.each([['<html>'], ['{"code": 1}'], ['null']])('makes do with an answer like %s', async (body) => {
  expect(await errorOf(new Response(body, { status: 502 }))).toEqual(badResponse(502));
});

it('says that nothing answers', () => {
  expect(unreachable()).toMatchObject({ status: 0, code: 'unreachable', retryable: true });
  expect([badResponse(404).retryable, badResponse(500).retryable]).toEqual([false, true]);
});

it('lets a defect of the panel go on up', () => {
  const error = unreachable();
  expect(toApiError(error)).toBe(error);
  expect(() => toApiError(new TypeError('Broken.'))).toThrow(TypeError);
  expect(new ApiError({ status: 1, code: 'x', detail: 'Why.' }).message).toBe('Why.');
});

it('tells what was given up from what failed', () => {
  expect(isAbort(new DOMException('Stopped.', 'AbortError'))).toBe(true);
  expect([isAbort(unreachable()), isAbort(null), isAbort('AbortError')]).toEqual([false, false, false]);
});
