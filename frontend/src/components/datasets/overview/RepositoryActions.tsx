import { useState } from 'react';

import type { Dataset } from '../../../types/dataset';
import { formatRoute, makeDatasetRoute } from '../../../utils/route';
import { GetMore } from './GetMore';
import { NewerCommit } from './NewerCommit';

/** What else can be had from the repository of a dataset, and the new dataset once it is started. */
export default function RepositoryActions({ dataset }: { readonly dataset: Dataset }) {
  const [made, setMade] = useState<Dataset | null>(null);
  if (made !== null) {
    return (
      <p role="status">
        <a href={formatRoute(makeDatasetRoute(made.id))} className="text-emerald-400 hover:underline">
          <bdi>“{made.name}”</bdi>
        </a>{' '}
        is being made. This dataset stays as it is.
      </p>
    );
  }
  return (
    <div className="space-y-4">
      {dataset.amount.kind !== 'all' && <GetMore dataset={dataset} onMade={setMade} />}
      <NewerCommit dataset={dataset} onMade={setMade} />
    </div>
  );
}
