import { act, renderHook } from '@testing-library/react';

import { connect } from '../api/websocket';
import { useDatasetsStore } from '../stores/datasetsStore';
import { makeCompleted, makeProgress } from '../test/eventFixtures';
import { type FakeSocket, useFakeSocket } from '../test/fakeSocket';
import { makeDataset, makeDownloadingDataset, makeList } from '../test/fixtures';
import { formatProgressChannel } from '../types/events';
import { useAllDatasetsProgress, useDatasetProgress } from './useDatasetProgress';

let socket: FakeSocket;

beforeEach(() => {
  socket = useFakeSocket();
  connect();
  act(() => socket.accept());
});

function snapshot(...datasets: Parameters<typeof makeList>[0]): void {
  act(() => socket.answer('datasets', { channel: 'datasets', list: makeList(datasets) }));
}

describe('useAllDatasetsProgress', () => {
  it('subscribes to the list, and to each dataset while its job runs', () => {
    const { unmount } = renderHook(useAllDatasetsProgress);
    snapshot(makeDownloadingDataset(), makeDataset({ id: 'ds_2' }));
    expect(socket.listChannels()).toEqual(['datasets', formatProgressChannel('ds_1')]);
    act(() => socket.receive(formatProgressChannel('ds_1'), makeCompleted()));
    expect(socket.listChannels('unsubscribe')).toEqual([formatProgressChannel('ds_1')]);
    unmount();
    expect(socket.listChannels('unsubscribe')).toEqual([formatProgressChannel('ds_1'), 'datasets']);
  });

  it('applies events to the list', () => {
    renderHook(useAllDatasetsProgress);
    snapshot(makeDownloadingDataset());
    act(() => socket.receive(formatProgressChannel('ds_1'), makeProgress()));
    expect(useDatasetsStore.getState().datasets[0]?.progress).toBe(45.2);
    act(() => socket.receive('datasets', { type: 'deleted', dataset_id: 'ds_1', seq: 12 }));
    expect(useDatasetsStore.getState().datasets).toEqual([]);
  });
});

it('clears the rates after the connection is lost', () => {
  renderHook(useAllDatasetsProgress);
  snapshot(makeDownloadingDataset());
  act(() => socket.receive(formatProgressChannel('ds_1'), makeProgress()));
  act(() => socket.drop());
  const latestProgress = useDatasetsStore.getState().latestProgress.ds_1;
  expect([latestProgress?.done, latestProgress?.rate, latestProgress?.eta_seconds]).toEqual([
    makeProgress().done,
    null,
    null,
  ]);
});

describe('useDatasetProgress', () => {
  it('returns the latest progress of one dataset', () => {
    useDatasetsStore.setState({ datasets: [makeDownloadingDataset()], loaded: true });
    const { result } = renderHook(() => useDatasetProgress('ds_1'));
    expect(result.current).toBeUndefined();
    act(() => socket.receive(formatProgressChannel('ds_1'), makeProgress()));
    expect(result.current?.rate).toBe(makeProgress().rate);
  });
});
