import { Database } from 'lucide-react';
import { useState } from 'react';

import { type ActionState, useAction } from '../../hooks/useAction';
import type { Selection } from '../../hooks/useSelection';
import { useDatasetsStore } from '../../stores/datasetsStore';
import type { Dataset } from '../../types/dataset';
import {
  cancelledMessage,
  DATASET_ACTIONS,
  displayedSize,
  isCancelled,
  isWorking,
  needsHubToken,
  sourceLabel,
} from '../../utils/datasets';
import { formatFileSize } from '../../utils/formatters';
import { ErrorMessage } from '../common/ErrorMessage';
import { StatusBadge } from '../common/StatusBadge';
import { DatasetCardActions } from './DatasetCardActions';
import { DatasetCardProgress } from './DatasetCardProgress';
import { RetryForm } from './RetryForm';
import { StatusIcon } from './StatusIcon';

/** The id of the button that opens a dataset: the focus comes back to it. */
export const openButtonId = (datasetId: string): string => `open-${datasetId}`;

interface DatasetCardProps {
  readonly dataset: Dataset;
  readonly onOpen: (id: string) => void;
  readonly onDelete: (dataset: Dataset) => void;
  readonly selection: Selection;
}

/** One dataset of the list: what it is, where it stands, what may be done. */
export function DatasetCard({ dataset, onOpen, onDelete, selection }: DatasetCardProps) {
  const { id, status } = dataset;
  const live = useDatasetsStore((state) => state.live[id]);
  const [cancelling, cancel] = useAction(useDatasetsStore((state) => state.cancelDataset));
  const [retrying, retry] = useAction(useDatasetsStore((state) => state.retryDataset));
  const [asking, setAsking] = useState(false);
  const cancelled = isCancelled(dataset);
  const wantsToken = status === 'error' && needsHubToken(dataset.error_code);
  const mayOpen = DATASET_ACTIONS[status].includes('open') && !selection.active;
  const run = (token: string | null): void => {
    void retry(id, token === null ? {} : { access_token: token }).then((done) => {
      if (done) setAsking(false);
    });
  };
  const opening = mayOpen ? ' cursor-pointer hover:bg-slate-900/70 transition-colors' : '';
  return (
    <div className={`relative bg-slate-900/50 border border-slate-800 rounded-lg p-6${opening}`}>
      <div className="flex items-center justify-between max-sm:flex-wrap max-sm:gap-y-3">
        <div className="flex items-center gap-4 min-w-0">
          {selection.active && <Choice dataset={dataset} selection={selection} />}
          <Database className="w-8 h-8 text-blue-400 shrink-0" aria-hidden="true" />
          <div className="min-w-0">
            <h3 className="font-semibold text-lg break-words">
              {mayOpen ? <OpenButton dataset={dataset} onOpen={onOpen} /> : dataset.name}
            </h3>
            <p className="text-sm text-slate-400">
              Source: {sourceLabel(dataset.source)} • Size: {formatFileSize(displayedSize(dataset))}
            </p>
          </div>
        </div>
        <div className="flex items-center gap-3 max-sm:ml-auto">
          <StatusIcon status={status} cancelled={cancelled} />
          <StatusBadge status={status} cancelled={cancelled} />
          <DatasetCardActions
            dataset={dataset}
            busy={cancelling.kind === 'running' || retrying.kind === 'running'}
            onCancel={() => void cancel(id)}
            onRetry={() => (wantsToken ? setAsking(!asking) : run(null))}
            onDelete={() => onDelete(dataset)}
            retryExpanded={wantsToken ? asking : undefined}
          />
        </div>
      </div>
      {isWorking(status) && <DatasetCardProgress dataset={dataset} live={live} />}
      {status === 'error' && <Outcome dataset={dataset} />}
      <ActionFailure state={cancelling} />
      <ActionFailure state={retrying} />
      {wantsToken && asking && (
        <RetryForm id={id} label="Retry download" busy={retrying.kind === 'running'} onRetry={run} />
      )}
    </div>
  );
}

/** Chooses the dataset by a click anywhere on its card. */
function Choice({ dataset, selection }: Pick<DatasetCardProps, 'dataset' | 'selection'>) {
  return (
    <label className="flex after:absolute after:inset-0 cursor-pointer">
      <span className="sr-only">Choose {dataset.name}</span>
      <input
        type="checkbox"
        checked={selection.has(dataset.id)}
        onChange={() => selection.toggle(dataset.id)}
        className="w-5 h-5 accent-emerald-600"
      />
    </label>
  );
}

/** The card's one button to open it, stretched over the card, so that no button stands in another. */
function OpenButton({ dataset, onOpen }: Pick<DatasetCardProps, 'dataset' | 'onOpen'>) {
  return (
    <button
      id={openButtonId(dataset.id)}
      type="button"
      onClick={() => onOpen(dataset.id)}
      className="text-left after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-emerald-500"
    >
      {dataset.name}
    </button>
  );
}

function Outcome({ dataset }: Pick<DatasetCardProps, 'dataset'>) {
  if (isCancelled(dataset)) {
    return <p className="mt-4 text-sm text-slate-400">{cancelledMessage(dataset.progress)}</p>;
  }
  const message =
    dataset.error_message ?? 'It failed, and nothing says why. Retry, or look at the server’s log.';
  return <p className="mt-4 text-sm text-red-400 break-words">{message}</p>;
}

function ActionFailure({ state }: { readonly state: ActionState }) {
  return state.kind === 'failed' ? (
    <div className="mt-4">
      <ErrorMessage>{state.error.detail}</ErrorMessage>
    </div>
  ) : null;
}
