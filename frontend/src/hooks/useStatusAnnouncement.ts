import { useEffect, useState } from 'react';

import { type DatasetsStore, useDatasetsStore } from '../stores/datasetsStore';
import { type DetailStore, useDetailStore } from '../stores/detailStore';
import type { Tokenization } from '../types/dataset';
import { isCancelled } from '../utils/datasets';

/** The newest change of a status, of a dataset or of an open one's tokenization, as a sentence for those who do not see the badges. */
export function useStatusAnnouncement(): string {
  const [news, setNews] = useState('');
  useEffect(() => {
    const tell = (sentence: string): void => {
      if (sentence !== '') setNews(sentence);
    };
    const stops = [
      useDatasetsStore.subscribe((state, before) => tell(newsOfList(state, before))),
      useDetailStore.subscribe((state, before) => tell(newsOfDetail(state, before))),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return news;
}

function newsOfList(state: DatasetsStore, before: DatasetsStore): string {
  if (!before.loaded || state.datasets === before.datasets) {
    return '';
  }
  return changed(state.datasets, before.datasets)
    .map((dataset) => `${dataset.name}: ${isCancelled(dataset) ? 'cancelled' : dataset.status}.`)
    .join(' ');
}

function newsOfDetail(state: DetailStore, before: DetailStore): string {
  if (state.id !== before.id || state.detail === before.detail || before.detail.kind !== 'loaded') {
    return '';
  }
  return changed(tokenizationsOf(state), tokenizationsOf(before))
    .map(({ tokenizer, status }) => `Tokenization with ${tokenizer}: ${status}.`)
    .join(' ');
}

function tokenizationsOf({ detail }: DetailStore): readonly Tokenization[] {
  return detail.kind === 'loaded' ? detail.value.tokenizations : [];
}

/** Those that are new, or stood otherwise before. */
function changed<Row extends { readonly id: string; readonly status: string }>(
  rows: readonly Row[],
  before: readonly Row[],
): readonly Row[] {
  const statuses = new Map(before.map(({ id, status }) => [id, status]));
  return rows.filter(({ id, status }) => statuses.get(id) !== status);
}
