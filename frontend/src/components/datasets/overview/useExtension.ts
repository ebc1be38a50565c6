import { useCallback } from 'react';

import { extendDataset } from '../../../api/repository';
import { type ActionState, useAction } from '../../../hooks/useAction';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset, ExtendRequest } from '../../../types/dataset';
import { type PartValues, toPartFields, WHOLE } from '../../../utils/part';

/** Return a function that starts a larger part, lists it and passes it on, and the state of that. */
export function useExtension(
  datasetId: string,
  onMade: (dataset: Dataset) => void,
): readonly [ActionState, (request: ExtendRequest) => Promise<boolean>] {
  const addDataset = useDatasetsStore((state) => state.addDataset);
  return useAction(
    useCallback(
      async (request: ExtendRequest): Promise<void> => {
        const dataset = await extendDataset(datasetId, request);
        addDataset(dataset);
        onMade(dataset);
      },
      [datasetId, addDataset, onMade],
    ),
  );
}

/** Return the amount that is typed, or null if it is no number. */
export function toLargerAmount(kind: PartValues['amount'], text: string): ExtendRequest['amount'] | null {
  const fields = toPartFields({ ...WHOLE, amount: kind, amount_value: text });
  return kind === 'all' ? { kind } : (fields.amount ?? null);
}
