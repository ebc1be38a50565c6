import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../stores/datasetsStore';
import { aDataset, aDownloadingDataset, aStorage } from '../test/fixtures';
import { api, server } from '../test/server';
import { useStorage } from './useStorage';

it('asks when a status changes, and not while work merely goes on', async () => {
  let asked = 0;
  server.use(
    http.get(api('/system/storage'), () => {
      asked += 1;
      return HttpResponse.json(aStorage({ used_bytes: asked }));
    }),
  );
  const { result } = renderHook(useStorage);
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 1 } }));
  act(() => useDatasetsStore.setState({ datasets: [aDownloadingDataset()] }));
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 2 } }));
  act(() => useDatasetsStore.setState({ datasets: [aDownloadingDataset({ progress: 50 })] }));
  act(() => useDatasetsStore.setState({ datasets: [aDataset()] }));
  await waitFor(() => expect(result.current).toMatchObject({ value: { used_bytes: 3 } }));
});
