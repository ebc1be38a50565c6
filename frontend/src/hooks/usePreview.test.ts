import { act, renderHook } from '@testing-library/react';

import { ApiError } from '../api/errors';
import { usePreview } from './usePreview';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const pause = () => act(async () => jest.advanceTimersByTimeAsync(300));

function renderPreview(ask: jest.Mock) {
  const initialProps = { problem: null as string | null, request: { name: 'a', rows: 1 } };
  return renderHook((form) => usePreview<typeof initialProps.request, number>(form, ask), { initialProps });
}

it('asks once the user pauses, and not for another name', async () => {
  const ask = jest.fn().mockResolvedValue(7);
  const { result, rerender } = renderPreview(ask);
  await pause();
  expect(result.current).toEqual({ preview: 7, lastPreview: 7, failure: null });
  rerender({ problem: null, request: { name: 'b', rows: 1 } });
  await pause();
  expect(ask).toHaveBeenCalledTimes(1);
  expect(ask).toHaveBeenCalledWith({ rows: 1 }, expect.any(AbortSignal));
});

it('keeps the last preview while it asks for the next', async () => {
  const ask = jest
    .fn()
    .mockResolvedValueOnce(7)
    .mockReturnValue(new Promise(() => undefined));
  const { result, rerender } = renderPreview(ask);
  await pause();
  rerender({ problem: null, request: { name: 'a', rows: 2 } });
  await pause();
  expect(result.current).toEqual({ preview: null, lastPreview: 7, failure: null });
});

it('asks nothing for a form that cannot be sent', async () => {
  const ask = jest.fn().mockResolvedValue(7);
  const { result, rerender } = renderPreview(ask);
  rerender({ problem: 'Choose a split.', request: { name: 'a', rows: 1 } });
  await pause();
  expect(result.current.preview).toBeNull();
});

it('says why the server refuses', async () => {
  const refusal = new ApiError({ status: 422, code: 'validation_failed', detail: 'No row is left.' });
  const { result } = renderPreview(jest.fn().mockRejectedValue(refusal));
  await pause();
  expect(result.current).toEqual({ preview: null, lastPreview: null, failure: 'No row is left.' });
});
