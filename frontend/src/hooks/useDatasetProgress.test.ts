import { act, renderHook } from '@testing-library/react';

import { connect } from '../api/websocket';
import { useDatasetsStore } from '../stores/datasetsStore';
import { aCompleted, aProgress } from '../test/eventFixtures';
import { type FakeSocket, useFakeSocket } from '../test/fakeSocket';
import { aDataset, aDownloadingDataset, aList } from '../test/fixtures';
import { progressChannel } from '../types/events';
import { useAllDatasetsProgress, useDatasetProgress } from './useDatasetProgress';

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

it('keeps no rate of a connection that is lost', () => {
  renderHook(useAllDatasetsProgress);
  snapshot(aDownloadingDataset());
  act(() => socket.hear(progressChannel('ds_1'), aProgress()));
  act(() => socket.drop());
  const live = useDatasetsStore.getState().live.ds_1;
  expect([live?.done, live?.rate, live?.eta_seconds]).toEqual([aProgress().done, null, null]);
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
