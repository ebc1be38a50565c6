import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset } from '../../../types/dataset';
import { assertNever } from '../../../utils/assertNever';
import { describeCancellation, describeFailure, isCancelled } from '../../../utils/datasets';
import { DatasetCardProgress } from './DatasetCardProgress';

/** The status of a dataset that is not ready: the progress of its job, or how the job ended. */
export function DatasetStatusLine({ dataset }: { readonly dataset: Dataset }) {
  const event = useDatasetsStore((state) => state.latestProgress[dataset.id]);
  switch (dataset.status) {
    case 'downloading':
    case 'processing':
      return <DatasetCardProgress dataset={dataset} event={event} />;
    case 'error':
      return isCancelled(dataset) ? (
        <p className="mt-4 text-sm text-slate-400">{describeCancellation(dataset.progress)}</p>
      ) : (
        <p className="mt-4 text-sm text-red-400 break-words">{describeFailure(dataset)}</p>
      );
    case 'ready':
      return null;
    default:
      return assertNever(dataset.status);
  }
}
