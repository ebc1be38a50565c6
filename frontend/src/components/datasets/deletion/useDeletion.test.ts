import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeDeletePreview } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import { useDeletion } from './useDeletion';

it('previews deletions, deletes one dataset after the other, and collects failures', async () => {
  server.use(
    http.delete(api('/datasets/:id'), ({ request, params }) => {
      if (request.url.includes('dry_run')) {
        return HttpResponse.json(makeDeletePreview({ dataset_id: String(params.id) }));
      }
      return params.id === 'ds_2'
        ? problem(409, 'in_use', 'It is in use.')
        : new HttpResponse(null, { status: 204 });
    }),
  );
  const { result } = renderHook(() => useDeletion('ds_1 ds_2'));
  expect(result.current.previews.kind).toBe('loading');
  await waitFor(() =>
    expect(result.current.previews).toMatchObject({
      value: [{ dataset_id: 'ds_1' }, { dataset_id: 'ds_2' }],
    }),
  );
  expect(await act(() => result.current.deleteAll(['ds_1', 'ds_2']))).toBe(false);
  expect(result.current).toMatchObject({ failures: ['It is in use.'], isDeleting: false });
  expect(await act(() => result.current.deleteAll(['ds_1']))).toBe(true);
  expect(result.current.failures).toEqual([]);
});
