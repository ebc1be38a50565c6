import { act, renderHook, waitFor } from '@testing-library/react';

import { ApiError } from '../api/errors';
import { useConnectionStore } from '../stores/connectionStore';
import { useResource } from './useResource';

const failure = new ApiError({ status: 503, code: 'x', detail: 'Not now.' });

it('drops an answer that is overtaken, and keeps what was there before in sight', async () => {
  const answers = new Map<string, (value: string) => void>();
  const loaderOf = (name: string) => () => new Promise<string>((resolve) => answers.set(name, resolve));
  const [first, second] = [loaderOf('first'), loaderOf('second')];
  const { result, rerender } = renderHook(useResource<string>, { initialProps: first });
  await act(async () => {
    answers.get('first')?.('one');
    await Promise.resolve();
  });
  expect(result.current.state).toEqual({ kind: 'loaded', value: 'one' });
  rerender(second);
  expect(result.current).toMatchObject({ state: { kind: 'loading' }, lastValue: 'one' });
  rerender(first);
  await act(async () => {
    answers.get('second')?.('two');
    await Promise.resolve();
  });
  expect(result.current.state).toEqual({ kind: 'loaded', value: 'one' });
});

it('says why there is no answer, and asks again', async () => {
  const load = jest.fn<Promise<string>, []>().mockRejectedValueOnce(failure).mockResolvedValue('there');
  const { result } = renderHook(() => useResource(load));
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'failed', error: failure }));
  act(() => result.current.reload());
  expect(result.current.state.kind).toBe('loading');
  await waitFor(() => expect(result.current.state).toEqual({ kind: 'loaded', value: 'there' }));
});

it('asks again when a lost connection comes back, and shows the old answer until then', async () => {
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
