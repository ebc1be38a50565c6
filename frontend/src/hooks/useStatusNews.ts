import { useEffect, useState } from 'react';

import { type DatasetsStore, useDatasetsStore } from '../stores/datasetsStore';
import { isCancelled } from '../utils/datasets';

/** The newest change of a dataset's status as a sentence, for those who do not see the badges. */
export function useStatusNews(): string {
  const [news, setNews] = useState('');
  useEffect(
    () =>
      useDatasetsStore.subscribe((state, before) => {
        const sentence = before.loaded && state.datasets !== before.datasets ? newsOf(state, before) : '';
        if (sentence !== '') setNews(sentence);
      }),
    [],
  );
  return news;
}

function newsOf(state: DatasetsStore, before: DatasetsStore): string {
  const statuses = new Map(before.datasets.map(({ id, status }) => [id, status]));
  return state.datasets
    .filter(({ id, status }) => statuses.get(id) !== status)
    .map((dataset) => `${dataset.name}: ${isCancelled(dataset) ? 'cancelled' : dataset.status}.`)
    .join(' ');
}
