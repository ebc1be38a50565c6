import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeExport } from '../../../test/exportFixtures';
import { api, server } from '../../../test/server';
import { isActive, useExports } from './useExports';

it('follows an export until it has ended, and lists again after a deletion', async () => {
  const states = [
    [makeExport({ state: 'running', progress: 10 })],
    [makeExport({ state: 'running', progress: 60 })],
    [makeExport()],
    [],
  ];
  server.use(
    http.get(api('/datasets/ds_1/exports'), () => HttpResponse.json(states.shift() ?? [])),
    http.delete(api('/exports/job_1'), () => new HttpResponse(null, { status: 204 })),
  );
  const { result } = renderHook(() => useExports('ds_1', { kind: 'datasets', id: 'ds_1' }));
  await waitFor(() => expect(result.current.exports).toEqual([makeExport()]), { timeout: 5_000 });
  await act(() => result.current.remove('job_1'));
  await waitFor(() => expect(result.current.exports).toEqual([]));
});

it('tells those that are being written', () => {
  expect([
    isActive({ state: 'queued' }),
    isActive({ state: 'running' }),
    isActive({ state: 'failed' }),
  ]).toEqual([true, true, false]);
});
