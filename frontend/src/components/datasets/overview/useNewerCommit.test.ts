import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { makeDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makeUpdate } from '../../../test/updateFixtures';
import { useNewerCommit } from './useNewerCommit';

it('finds a newer commit, lists its download, and keeps a refusal', async () => {
  const made = makeDataset({ id: 'ds_2' });
  server.use(
    http.get(api('/datasets/ds_1/update'), () => HttpResponse.json(makeUpdate())),
    http.post(api('/datasets/ds_1/update'), () => HttpResponse.json(made)),
  );
  const onMade = jest.fn();
  const { result } = renderHook(() => useNewerCommit('ds_1', onMade));
  act(() => result.current.check(null));
  await waitFor(() => expect(result.current.found).toEqual(makeUpdate()));
  act(() => result.current.update('hf_x'));
  await waitFor(() => expect(onMade).toHaveBeenCalledWith(made));
  expect(useDatasetsStore.getState().datasets).toContainEqual(made);
  server.use(http.post(api('/datasets/ds_1/update'), () => problem(507, 'disk_full', 'No room.')));
  act(() => result.current.update(null));
  await waitFor(() => expect(result.current.updating.kind).toBe('failed'));
});
