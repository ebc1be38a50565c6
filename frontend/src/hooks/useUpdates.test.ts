import { renderHook, waitFor } from '@testing-library/react';

import { createUnreachableError } from '../api/errors';
import { useUpdates } from './useUpdates';

interface Count {
  readonly count: number;
}

const isFinal = ({ count }: Count): boolean => count >= 3;

it('loads until a value is final', async () => {
  let count = 0;
  const load = jest.fn(() => Promise.resolve({ count: (count += 1) }));
  const first = { count: 0 };
  const { result } = renderHook(() => useUpdates(first, { load, isFinal, pause: 5 }));
  expect(result.current).toBe(first);
  await waitFor(() => expect(result.current).toEqual({ count: 3 }));
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(load).toHaveBeenCalledTimes(3);
});

it('keeps what it has if a load fails, and forgets it with the value that it updated', async () => {
  const load = jest.fn((): Promise<Count> => Promise.reject(createUnreachableError()));
  const shown: { readonly first: Count | null } = { first: { count: 1 } };
  const { result, rerender } = renderHook(({ first }) => useUpdates(first, { load, isFinal, pause: 5 }), {
    initialProps: shown,
  });
  await waitFor(() => expect(load).toHaveBeenCalled());
  expect(result.current).toEqual({ count: 1 });
  rerender({ first: null });
  expect(result.current).toBeNull();
});
