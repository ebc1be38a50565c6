import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../stores/datasetsStore';
import { useDetailStore } from '../stores/detailStore';
import { makeCompleted, makeProgress } from '../test/eventFixtures';
import {
  makeDataset,
  makeDetail,
  makeDownloadingDataset,
  makeList,
  makeTokenization,
} from '../test/fixtures';
import { api, server } from '../test/server';
import { useStatusAnnouncement } from './useStatusAnnouncement';

it('announces each change of a dataset’s status', () => {
  const { result } = renderHook(useStatusAnnouncement);
  const { applyListSnapshot, applyEvent, applyListEvent } = useDatasetsStore.getState();
  act(() => applyListSnapshot({ channel: 'datasets', list: makeList([makeDownloadingDataset()]) }));
  expect(result.current).toBe('');
  act(() => applyEvent(makeProgress()));
  expect(result.current).toBe('');
  act(() => applyEvent(makeCompleted({ seq: 12 })));
  expect(result.current).toBe('TinyStories: ready.');
  const cancelled = makeDataset({ seq: 13, status: 'error', error_code: 'cancelled' });
  act(() => applyListEvent({ type: 'changed', dataset_id: 'ds_1', seq: 13, dataset: cancelled }));
  expect(result.current).toBe('TinyStories: cancelled.');
});

it('announces changes of the open dataset’s tokenizations', async () => {
  server.use(
    http.get(api('/datasets/ds_1'), () =>
      HttpResponse.json(makeDetail({ tokenizations: [makeTokenization()] })),
    ),
  );
  const { result } = renderHook(useStatusAnnouncement);
  const { open, applyEvent } = useDetailStore.getState();
  await act(() => open('ds_1'));
  expect(result.current).toBe('');
  const target = { scope: 'tokenization', tokenization_id: 'tok_1' } as const;
  act(() => applyEvent(makeProgress({ ...target, status: 'processing' })));
  expect(result.current).toBe('');
  act(() => applyEvent(makeCompleted({ ...target, seq: 12 })));
  expect(result.current).toBe('Tokenization with gpt2: ready.');
});
