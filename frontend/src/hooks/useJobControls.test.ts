import { act, renderHook, waitFor } from '@testing-library/react';

import { ApiError } from '../api/errors';
import { useJobControls } from './useJobControls';

const cancel = jest.fn(() => Promise.resolve());
const retry = jest.fn(() => Promise.resolve());

it('cancels and retries by id', async () => {
  const { result } = renderHook(() => useJobControls('ds_1', { cancel, retry, needsToken: false }));
  act(() => result.current.buttons.onCancel());
  await waitFor(() => expect(result.current.buttons.busy).toBe(false));
  act(() => result.current.buttons.onRetry());
  await waitFor(() => expect(result.current.buttons.busy).toBe(false));
  expect(cancel).toHaveBeenCalledWith('ds_1');
  expect(retry).toHaveBeenCalledWith('ds_1', {});
  expect(result.current.buttons.retryExpanded).toBeUndefined();
});

it('asks for a missing token until the retry succeeds', async () => {
  const { result } = renderHook(() => useJobControls('ds_1', { cancel, retry, needsToken: true }));
  expect(result.current.buttons.retryExpanded).toBe(false);
  act(() => result.current.buttons.onRetry());
  expect([result.current.showsTokenForm, result.current.buttons.retryExpanded]).toEqual([true, true]);
  act(() => result.current.retry('hf_token'));
  expect(result.current.buttons.busy).toBe(true);
  await waitFor(() => expect(result.current.showsTokenForm).toBe(false));
  expect(retry).toHaveBeenCalledWith('ds_1', { access_token: 'hf_token' });
});

it('reports why an action failed', async () => {
  const error = new ApiError({ status: 503, code: 'unavailable', detail: 'Not now.' });
  retry.mockRejectedValueOnce(error);
  const { result } = renderHook(() => useJobControls('ds_1', { cancel, retry, needsToken: true }));
  act(() => result.current.buttons.onRetry());
  act(() => result.current.retry(null));
  await waitFor(() => expect(result.current.buttons.busy).toBe(false));
  expect([result.current.failures, result.current.showsTokenForm]).toEqual([[error], true]);
});
