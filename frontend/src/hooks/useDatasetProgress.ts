import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';

import { socketClient, subscribe } from '../api/websocket';
import { useDatasetsStore } from '../stores/datasetsStore';
import { useDetailStore } from '../stores/detailStore';
import {
  type DatasetEvent,
  type DatasetSnapshot,
  formatProgressChannel,
  LIST_CHANNEL,
  type ProgressEvent,
} from '../types/events';
import { isWorking } from '../utils/datasets';

/** Subscribe to dataset `id` while mounted; return the latest progress of its running job. */
export function useDatasetProgress(id: string): ProgressEvent | undefined {
  useEffect(() => subscribe(formatProgressChannel(id), { onSnapshot, onEvent }), [id]);
  return useDatasetsStore((state) => state.latestProgress[id]);
}

function onSnapshot(snapshot: DatasetSnapshot): void {
  useDatasetsStore.getState().applySnapshot(snapshot);
  useDetailStore.getState().applySnapshot(snapshot);
}

function onEvent(event: DatasetEvent): void {
  const detail = useDetailStore.getState();
  useDatasetsStore.getState().applyEvent(event);
  detail.applyEvent(event);
  // The end of a job brings figures that no event carries: columns, statistics and snippets.
  if (isFinalEvent(event)) void detail.refresh();
}

/** Subscribe to the list and to every listed dataset with a running job, while mounted. */
export function useAllDatasetsProgress(): void {
  useListSubscription();
  useOutdatedRates();
  useRunningSubscriptions();
}

function useListSubscription(): void {
  useEffect(() => {
    const { applyListSnapshot, applyListEvent } = useDatasetsStore.getState();
    return subscribe(LIST_CHANNEL, {
      onSnapshot: applyListSnapshot,
      onEvent: (event) => {
        applyListEvent(event);
        if (event.type === 'deleted') useDetailStore.getState().applyDeletion(event.dataset_id);
      },
    });
  }, []);
}

/** Clear all rates while the socket is not connected. */
function useOutdatedRates(): void {
  useEffect(
    () =>
      socketClient.onState((state) => {
        if (state === 'connected') return;
        useDatasetsStore.getState().clearRates();
        useDetailStore.getState().clearRates();
      }),
    [],
  );
}

function useRunningSubscriptions(): void {
  const runningIds = useDatasetsStore(
    useShallow((state) => state.datasets.filter(({ status }) => isWorking(status)).map(({ id }) => id)),
  );
  useEffect(() => {
    const { applySnapshot, applyEvent } = useDatasetsStore.getState();
    const unsubscribes = runningIds.map((id) =>
      subscribe(formatProgressChannel(id), { onSnapshot: applySnapshot, onEvent: applyEvent }),
    );
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
    };
  }, [runningIds]);
}

function isFinalEvent(event: DatasetEvent): boolean {
  return event.type !== 'progress';
}
