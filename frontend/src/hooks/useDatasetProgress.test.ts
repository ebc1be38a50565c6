import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { connect } from '../api/websocket';
import { useDatasetsStore } from '../stores/datasetsStore';
import { type FakeSocket, useFakeSocket } from '../test/fakeSocket';
import { aCompleted, aDataset, aDetail, aDownloadingDataset, aList, aProgress } from '../test/fixtures';
import { api, server } from '../test/server';
import { progressChannel } from '../types/events';
import { useDatasetDetail } from './useDatasetDetail';
import { useAllDatasetsProgress, useDatasetProgress } from './useDatasetProgress';
import { useStatusNews } from './useStatusNews';

let socket: FakeSocket;

beforeEach(() => {
  socket = useFakeSocket();
  connect();
  act(() => socket.accept());
});

function snapshot(...datasets: Parameters<typeof aList>[0]): void {
  act(() => socket.answer('datasets', { channel: 'datasets', list: aList(datasets) }));
}

describe('useAllDatasetsProgress', () => {
  it('hears the list, and each dataset for as long as it is at work', () => {
    const { unmount } = renderHook(useAllDatasetsProgress);
    snapshot(aDownloadingDataset(), aDataset({ id: 'ds_2' }));
    expect(socket.asked()).toEqual(['datasets', progressChannel('ds_1')]);
    act(() => socket.hear(progressChannel('ds_1'), aCompleted()));
    expect(socket.asked('unsubscribe')).toEqual([progressChannel('ds_1')]);
    unmount();
    expect(socket.asked('unsubscribe')).toEqual([progressChannel('ds_1'), 'datasets']);
  });

  it('brings events into the list', () => {
    renderHook(useAllDatasetsProgress);
    snapshot(aDownloadingDataset());
    act(() => socket.hear(progressChannel('ds_1'), aProgress()));
    expect(useDatasetsStore.getState().datasets[0]?.progress).toBe(45.2);
    act(() => socket.hear('datasets', { type: 'deleted', dataset_id: 'ds_1', seq: 12 }));
    expect(useDatasetsStore.getState().datasets).toEqual([]);
  });
});

describe('useDatasetProgress', () => {
  it('gives the newest progress of one dataset', () => {
    useDatasetsStore.setState({ datasets: [aDownloadingDataset()], loaded: true });
    const { result } = renderHook(() => useDatasetProgress('ds_1'));
    expect(result.current).toBeUndefined();
    act(() => socket.hear(progressChannel('ds_1'), aProgress()));
    expect(result.current?.rate).toBe(aProgress().rate);
  });
});

describe('useDatasetDetail', () => {
  it('gets the dataset, follows its events, and asks anew at the end of work', async () => {
    server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(aDetail({ status: 'processing' }))));
    const { result, unmount } = renderHook(() => useDatasetDetail('ds_1'));
    await waitFor(() =>
      expect(result.current).toMatchObject({ kind: 'loaded', value: { status: 'processing' } }),
    );
    server.use(
      http.get(api('/datasets/ds_1'), () => HttpResponse.json(aDetail({ seq: 12, text_column: 'story' }))),
    );
    act(() => socket.hear(progressChannel('ds_1'), aCompleted()));
    expect(result.current).toMatchObject({ value: { status: 'ready', text_column: 'text' } });
    await waitFor(() => expect(result.current).toMatchObject({ value: { text_column: 'story' } }));
    unmount();
    expect(socket.asked('unsubscribe')).toEqual([progressChannel('ds_1')]);
  });

  it('takes the snapshot', async () => {
    const { result } = renderHook(() => useDatasetDetail('ds_1'));
    await waitFor(() => expect(result.current.kind).toBe('loaded'));
    const dataset = aDetail({ seq: 50, name: 'Newer' });
    act(() => socket.answer(progressChannel('ds_1'), { channel: progressChannel('ds_1'), seq: 50, dataset }));
    expect(result.current).toMatchObject({ value: { name: 'Newer' } });
  });
});

it('tells the news of each change of a status', () => {
  const { result } = renderHook(useStatusNews);
  const { applyListSnapshot, applyEvent, applyListEvent } = useDatasetsStore.getState();
  act(() => applyListSnapshot({ channel: 'datasets', list: aList([aDownloadingDataset()]) }));
  expect(result.current).toBe('');
  act(() => applyEvent(aProgress()));
  expect(result.current).toBe('');
  act(() => applyEvent(aCompleted({ seq: 12 })));
  expect(result.current).toBe('TinyStories: ready.');
  const cancelled = aDataset({ seq: 13, status: 'error', error_code: 'cancelled' });
  act(() => applyListEvent({ type: 'changed', dataset_id: 'ds_1', seq: 13, dataset: cancelled }));
  expect(result.current).toBe('TinyStories: cancelled.');
});
