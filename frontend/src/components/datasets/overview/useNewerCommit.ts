import { useCallback, useState } from 'react';

import { checkUpdate, createUpdate } from '../../../api/repository';
import { type ActionState, useAction } from '../../../hooks/useAction';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset, RepositoryUpdate } from '../../../types/dataset';

interface NewerCommitCheck {
  /** What the newest commit changes; null until it is known. */
  readonly found: RepositoryUpdate | null;
  readonly checking: ActionState;
  readonly updating: ActionState;
  readonly check: (accessToken: string | null) => void;
  readonly update: (accessToken: string | null) => void;
}

/** Return functions that ask for a newer commit and download it, and what they found. */
export function useNewerCommit(datasetId: string, onMade: (dataset: Dataset) => void): NewerCommitCheck {
  const [found, setFound] = useState<RepositoryUpdate | null>(null);
  const addDataset = useDatasetsStore((state) => state.addDataset);
  const [checking, check] = useAction(
    useCallback(
      async (accessToken: string | null): Promise<void> =>
        setFound(await checkUpdate(datasetId, accessToken)),
      [datasetId],
    ),
  );
  const [updating, update] = useAction(
    useCallback(
      async (accessToken: string | null): Promise<void> => {
        const dataset = await createUpdate(datasetId, accessToken);
        addDataset(dataset);
        onMade(dataset);
      },
      [datasetId, addDataset, onMade],
    ),
  );
  return {
    found,
    checking,
    updating,
    check: (accessToken) => void check(accessToken),
    update: (accessToken) => void update(accessToken),
  };
}
