import { useEffect, useState } from 'react';

import { type DatasetsStore, useDatasetsStore } from '../stores/datasetsStore';
import { type DetailStore, useDetailStore } from '../stores/detailStore';
import type { Tokenization } from '../types/dataset';
import { isCancelled } from '../utils/datasets';

/** Return the latest status change of a dataset or an open dataset's tokenization, as a sentence for screen readers. */
export function useStatusAnnouncement(): string {
  const [announcement, setAnnouncement] = useState('');
  useEffect(() => {
    const announce = (sentence: string): void => {
      if (sentence !== '') setAnnouncement(sentence);
    };
    const unsubscribes = [
      useDatasetsStore.subscribe((state, previous) => announce(describeListChanges(state, previous))),
      useDetailStore.subscribe((state, previous) => announce(describeDetailChanges(state, previous))),
    ];
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe();
    };
  }, []);
  return announcement;
}

function describeListChanges(state: DatasetsStore, previous: DatasetsStore): string {
  if (!previous.loaded || state.datasets === previous.datasets) {
    return '';
  }
  return filterChanged(state.datasets, previous.datasets)
    .map((dataset) => `${dataset.name}: ${isCancelled(dataset) ? 'cancelled' : dataset.status}.`)
    .join(' ');
}

function describeDetailChanges(state: DetailStore, previous: DetailStore): string {
  if (state.id !== previous.id || state.detail === previous.detail || previous.detail.kind !== 'loaded') {
    return '';
  }
  return filterChanged(listTokenizations(state), listTokenizations(previous))
    .map(({ tokenizer, status }) => `Tokenization with ${tokenizer}: ${status}.`)
    .join(' ');
}

function listTokenizations({ detail }: DetailStore): readonly Tokenization[] {
  return detail.kind === 'loaded' ? detail.value.tokenizations : [];
}

/** Return the rows that are new or have another status than before. */
function filterChanged<Row extends { readonly id: string; readonly status: string }>(
  rows: readonly Row[],
  previous: readonly Row[],
): readonly Row[] {
  const statuses = new Map(previous.map(({ id, status }) => [id, status]));
  return rows.filter(({ id, status }) => statuses.get(id) !== status);
}
