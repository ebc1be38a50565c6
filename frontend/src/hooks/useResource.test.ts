import { act, renderHook, waitFor } from '@testing-library/react';

import { ApiError } from '../api/errors';
import { useConnectionStore } from '../stores/connectionStore';
import { useResource } from './useResource';

const failure = new ApiError({ status: 503, code: 'x', detail: 'Not now.' });

it('ignores a stale response, and keeps the last value meanwhile', async () => {
  const resolvers = new Map<string, (value: string) => void>();
  const makeLoader = (name: string) => () => new Promise<string>((resolve) => resolvers.set(name, resolve));
  const [first, second] = [makeLoader('first'), makeLoader('second')];
  const { result, rerender } = renderHook(useResource<string>, { initialProps: first });
  await act(async () => {
    resolvers.get('first')?.('one');
    await Promise.resolve();
  });
  expect(result.current.state).toEqual({ kind: 'loaded', value: 'one' });
  rerender(second);
  expect(result.current).toMatchObject({ state: { kind: 'loading' }, lastValue: 'one' });
  rerender(first);
  await act(async () => {
    resolvers.get('second')?.('two');
    await Promise.resolve();
  });
  expect(result.current.state).toEqual({ kind: 'loaded', value: 'one' });
});

it('reports why loading failed, and reloads', async () => {
  const load = jest.fn<Promise<string>, []>().mockRejectedValueOnce(failure).mockResolvedValue('there');
  const { result } = renderHook(() => useResource(load));
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'failed', error: failure }));
  act(() => result.current.reload());
  expect(result.current.state.kind).toBe('loading');
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'loaded', value: 'there' }));
});

it('reloads after a reconnect, and keeps the old value until then', async () => {
  const { setSocketState } = useConnectionStore.getState();
  const load = jest
    .fn<Promise<string>, []>()
    .mockResolvedValueOnce('before')
    .mockRejectedValueOnce(failure)
    .mockResolvedValue('after');
  const { result } = renderHook(() => useResource(load));
  act(() => setSocketState('connected'));
  await waitFor(() => expect(result.current.lastValue).toBe('before'));
  act(() => setSocketState('reconnecting'));
  expect(load).toHaveBeenCalledTimes(1);
  act(() => setSocketState('connected'));
  expect(result.current.state).toEqual({ kind: 'loaded', value: 'before' });
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'failed', error: failure }));
  act(() => setSocketState('down'));
  act(() => setSocketState('connected'));
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'loaded', value: 'after' }));
});
