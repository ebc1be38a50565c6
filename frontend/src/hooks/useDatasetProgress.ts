import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';

import { socketClient, subscribe } from '../api/websocket';
import { useDatasetsStore } from '../stores/datasetsStore';
import { useDetailStore } from '../stores/detailStore';
import { type DatasetEvent, formatProgressChannel, LIST_CHANNEL, type ProgressEvent } from '../types/events';
import { isWorking } from '../utils/datasets';

/** Hears everything about dataset `id` while the caller is shown; the newest progress of its own data, if it is at work. */
export function useDatasetProgress(id: string): ProgressEvent | undefined {
  useEffect(() => {
    const list = useDatasetsStore.getState();
    const detail = useDetailStore.getState();
    return subscribe(formatProgressChannel(id), {
      onSnapshot: (snapshot) => {
        list.applySnapshot(snapshot);
        detail.applySnapshot(snapshot);
      },
      onEvent: (event) => {
        list.applyEvent(event);
        detail.applyEvent(event);
        if (isFinalEvent(event)) {
          // Figures that no event carries (columns, statistics, how to load it) have come with the end.
          void detail.refresh();
        }
      },
    });
  }, [id]);
  return useDatasetsStore((state) => state.latestProgress[id]);
}

/** Hears the list, and every listed dataset that is at work, while the caller is shown. */
export function useAllDatasetsProgress(): void {
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
  useEffect(
    () =>
      socketClient.onState((state) => {
        if (state !== 'connected') {
          useDatasetsStore.getState().clearRates();
          useDetailStore.getState().clearRates();
        }
      }),
    [],
  );

  const workingIds = useDatasetsStore(
    useShallow((state) => state.datasets.filter(({ status }) => isWorking(status)).map(({ id }) => id)),
  );
  const key = workingIds.join(' ');
  useEffect(() => {
    const { applySnapshot, applyEvent } = useDatasetsStore.getState();
    const unsubscribes = (key === '' ? [] : key.split(' ')).map((id) =>
      subscribe(formatProgressChannel(id), { onSnapshot: applySnapshot, onEvent: applyEvent }),
    );
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
    };
  }, [key]);
}

function isFinalEvent(event: DatasetEvent): boolean {
  return event.type !== 'progress';
}
