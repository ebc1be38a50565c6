import { act, renderHook } from '@testing-library/react';

import { ApiError } from '../api/errors';
import { useAction } from './useAction';

const failure = new ApiError({ status: 409, code: 'in_use', detail: 'In use.' });

it('runs the action and reports its outcome', async () => {
  const action = jest.fn<Promise<void>, [string]>().mockRejectedValueOnce(failure).mockResolvedValue();
  const { result } = renderHook(() => useAction(action));
  await act(async () => expect(await result.current[1]('a')).toBe(false));
  expect(result.current[0]).toEqual({ kind: 'failed', error: failure });
  await act(async () => expect(await result.current[1]('b')).toBe(true));
  expect(result.current[0]).toEqual({ kind: 'idle' });
});
