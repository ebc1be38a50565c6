import { useCallback, useState } from 'react';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset } from '../../../types/dataset';

export interface Selection {
  /** Whether the selection mode is on. */
  readonly active: boolean;
  /** The selected datasets that still exist. */
  readonly selectedDatasets: readonly Dataset[];
  readonly has: (id: string) => boolean;
  readonly toggle: (id: string) => void;
  readonly selectAll: () => void;
  readonly start: () => void;
  readonly stop: () => void;
}

/** Return the selection of datasets to be deleted together. */
export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string> | null>(null);
  const datasets = useDatasetsStore((state) => state.datasets);
  const toggle = useCallback(
    (id: string) =>
      setIds((present) => {
        const next = new Set(present);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    [],
  );
  return {
    active: ids !== null,
    selectedDatasets: datasets.filter(({ id }) => ids?.has(id)),
    has: (id) => ids?.has(id) === true,
    toggle,
    selectAll: () => setIds(new Set(datasets.map(({ id }) => id))),
    start: () => setIds(new Set()),
    stop: () => setIds(null),
  };
}
