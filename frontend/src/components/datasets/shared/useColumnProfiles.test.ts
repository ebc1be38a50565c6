import { renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeColumnProfile } from '../../../test/fixtures';
import { api, server } from '../../../test/server';
import { useColumnProfiles } from './useColumnProfiles';

it('requests profiles that nobody has had computed, and polls until they are there', async () => {
  const building = { state: 'building', progress: 10, error: null, data: [] };
  const ready = { state: 'ready', progress: 100, error: null, data: [makeColumnProfile()] };
  const answers = [{ ...building, state: 'none' }, ready];
  let requests = 0;
  server.use(
    http.get(api('/datasets/ds_1/columns'), () => HttpResponse.json(answers.shift() ?? ready)),
    http.post(api('/datasets/ds_1/columns'), () => {
      requests += 1;
      return HttpResponse.json(building, { status: 202 });
    }),
  );
  const { result } = renderHook(() => useColumnProfiles('ds_1', true));
  await waitFor(() => expect(result.current?.state).toBe('building'));
  await waitFor(() => expect(result.current?.state).toBe('ready'), { timeout: 5_000 });
  expect(requests).toBe(1);
});
