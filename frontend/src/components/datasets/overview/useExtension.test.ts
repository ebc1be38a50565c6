import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { makeDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { toLargerAmount, useExtension } from './useExtension';

it('lists the new dataset, and keeps a refusal', async () => {
  const made = makeDataset({ id: 'ds_2' });
  server.use(http.post(api('/datasets/ds_1/extend'), () => HttpResponse.json(made)));
  const onMade = jest.fn();
  const { result } = renderHook(() => useExtension('ds_1', onMade));
  await act(() => result.current[1]({ amount: { kind: 'all' } }));
  expect(onMade).toHaveBeenCalledWith(made);
  expect(useDatasetsStore.getState().datasets).toContainEqual(made);
  server.use(http.post(api('/datasets/ds_1/extend'), () => problem(409, 'already_exists', 'It is here.')));
  await act(() => result.current[1]({ amount: { kind: 'all' } }));
  expect(result.current[0]).toMatchObject({ kind: 'failed', error: { detail: 'It is here.' } });
  expect(onMade).toHaveBeenCalledTimes(1);
});

it('reads amounts', () => {
  expect(toLargerAmount('all', '')).toEqual({ kind: 'all' });
  expect(toLargerAmount('rows', '1,000')).toEqual({ kind: 'rows', rows: 1_000 });
  expect(toLargerAmount('bytes', 'much')).toBeNull();
});
