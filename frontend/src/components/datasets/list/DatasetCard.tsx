import { Database } from 'lucide-react';
import { memo } from 'react';

import { type JobControls, useJobControls } from '../../../hooks/useJobControls';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset } from '../../../types/dataset';
import {
  DATASET_ACTIONS,
  formatSource,
  getDisplayedSize,
  getOpenButtonId,
  isCancelled,
  needsHubToken,
} from '../../../utils/datasets';
import { formatFileSize } from '../../../utils/formatters';
import { CardHead } from '../../common/CardHead';
import { ErrorMessage } from '../../common/ErrorMessage';
import { Notice } from '../../common/Notice';
import { StatusBadge } from '../../common/StatusBadge';
import { DatasetStatusLine } from '../shared/DatasetStatusLine';
import { RetryForm } from '../shared/RetryForm';
import { DatasetCardActions } from './DatasetCardActions';
import { StatusIcon } from './StatusIcon';

interface DatasetCardProps {
  readonly dataset: Dataset;
  readonly onOpen: (id: string) => void;
  readonly onDelete: (dataset: Dataset) => void;
  /** Whether the dataset is selected; null outside the selection mode. */
  readonly selected: boolean | null;
  readonly onSelect: (id: string) => void;
}

/**
 * One dataset of the list: its name, status and actions.
 *
 * It is memoized so that an event renders one card only; callers must pass stable callbacks.
 */
export const DatasetCard = memo(function DatasetCard(props: DatasetCardProps) {
  const { dataset } = props;
  const controls = useJobControls(dataset.id, {
    cancel: useDatasetsStore((state) => state.cancelDataset),
    retry: useDatasetsStore((state) => state.retryDataset),
    needsToken: dataset.status === 'error' && needsHubToken(dataset.error_code),
  });
  const hoverStyle = canOpen(props) ? ' cursor-pointer hover:bg-slate-900/70 transition-colors' : '';
  return (
    <div className={`relative bg-slate-900/50 border border-slate-800 rounded-lg p-6${hoverStyle}`}>
      <CardHead actions={<StatusAndActions {...props} controls={controls} />}>
        <CardSubject {...props} />
      </CardHead>
      <DatasetStatusLine dataset={dataset} />
      {dataset.notices.map((notice) => (
        <Notice key={notice}>{notice}</Notice>
      ))}
      {controls.failures.map(({ detail }) => (
        <div key={detail} className="mt-4">
          <ErrorMessage>{detail}</ErrorMessage>
        </div>
      ))}
      <CardRetryForm id={dataset.id} controls={controls} />
    </div>
  );
});

/** Return whether a click opens the dataset. */
function canOpen({ dataset, selected }: DatasetCardProps): boolean {
  return DATASET_ACTIONS[dataset.status].includes('open') && selected === null;
}

function StatusAndActions({
  dataset,
  onDelete,
  controls,
}: DatasetCardProps & { readonly controls: JobControls }) {
  const { status } = dataset;
  const cancelled = isCancelled(dataset);
  return (
    <>
      <StatusIcon status={status} cancelled={cancelled} />
      <StatusBadge status={status} cancelled={cancelled} />
      <DatasetCardActions dataset={dataset} {...controls.buttons} onDelete={() => onDelete(dataset)} />
    </>
  );
}

function CardSubject(props: DatasetCardProps) {
  const { dataset, onOpen, selected, onSelect } = props;
  return (
    <>
      {selected !== null && <SelectionBox dataset={dataset} selected={selected} onSelect={onSelect} />}
      <Database className="w-8 h-8 text-blue-400 shrink-0" aria-hidden="true" />
      <div className="min-w-0">
        <h3 className="font-semibold text-lg break-words">
          {canOpen(props) ? <OpenButton dataset={dataset} onOpen={onOpen} /> : <bdi>{dataset.name}</bdi>}
        </h3>
        <p className="text-sm text-slate-400">
          Source: {formatSource(dataset.source)} • Size: {formatFileSize(getDisplayedSize(dataset))}
        </p>
      </div>
    </>
  );
}

function CardRetryForm({ id, controls }: { readonly id: string; readonly controls: JobControls }) {
  const { showsTokenForm, buttons, retry } = controls;
  return showsTokenForm ? (
    <RetryForm id={id} label="Retry download" busy={buttons.busy} onRetry={retry} />
  ) : null;
}

/** A checkbox whose label covers the card. */
function SelectionBox({ dataset, selected, onSelect }: Omit<DatasetCardProps, 'onOpen' | 'onDelete'>) {
  return (
    <label className="flex after:absolute after:inset-0 cursor-pointer">
      <span className="sr-only">Select {dataset.name}</span>
      <input
        type="checkbox"
        checked={selected === true}
        onChange={() => onSelect(dataset.id)}
        className="w-5 h-5 accent-emerald-600"
      />
    </label>
  );
}

/** The button that opens the dataset, stretched over the card, so that no button nests in another. */
function OpenButton({ dataset, onOpen }: Pick<DatasetCardProps, 'dataset' | 'onOpen'>) {
  return (
    <button
      id={getOpenButtonId(dataset.id)}
      type="button"
      onClick={() => onOpen(dataset.id)}
      className="text-left after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-emerald-500"
    >
      <bdi>{dataset.name}</bdi>
    </button>
  );
}
