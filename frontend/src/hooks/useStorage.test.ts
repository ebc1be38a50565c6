import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../stores/datasetsStore';
import { makeDataset, makeDownloadingDataset } from '../test/fixtures';
import { makeStorage } from '../test/storageFixtures';
import { api, server } from '../test/server';
import { useStorage } from './useStorage';

it('refreshes when a status changes, not on progress', async () => {
  let count = 0;
  server.use(
    http.get(api('/system/storage'), () => {
      count += 1;
      return HttpResponse.json(makeStorage({ used_bytes: count }));
    }),
  );
  const { result } = renderHook(useStorage);
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 1 } }));
  act(() => useDatasetsStore.setState({ datasets: [makeDownloadingDataset()] }));
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 2 } }));
  act(() => useDatasetsStore.setState({ datasets: [makeDownloadingDataset({ progress: 50 })] }));
  act(() => useDatasetsStore.setState({ datasets: [makeDataset()] }));
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 3 } }));
});
