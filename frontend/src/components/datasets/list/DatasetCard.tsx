import { Database } from 'lucide-react';
import { memo } from 'react';

import { useJobControls } from '../../../hooks/useJobControls';
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
  /** Whether it is one of those that are chosen; null: none are being chosen. */
  readonly selected: boolean | null;
  readonly onSelect: (id: string) => void;
}

/**
 * One dataset of the list: what it is, where it stands, what may be done. An event about one dataset draws its card
 * anew and no other, so what is given must stay the same from one time to the next.
 */
export const DatasetCard = memo(function DatasetCard(props: DatasetCardProps) {
  const { dataset, onOpen, onDelete, selected, onSelect } = props;
  const { id, status } = dataset;
  const controls = useJobControls(id, {
    cancel: useDatasetsStore((state) => state.cancelDataset),
    retry: useDatasetsStore((state) => state.retryDataset),
    needsToken: status === 'error' && needsHubToken(dataset.error_code),
  });
  const cancelled = isCancelled(dataset);
  const canOpen = DATASET_ACTIONS[status].includes('open') && selected === null;
  const hoverStyle = canOpen ? ' cursor-pointer hover:bg-slate-900/70 transition-colors' : '';
  const actions = (
    <>
      <StatusIcon status={status} cancelled={cancelled} />
      <StatusBadge status={status} cancelled={cancelled} />
      <DatasetCardActions dataset={dataset} {...controls.buttons} onDelete={() => onDelete(dataset)} />
    </>
  );
  return (
    <div className={`relative bg-slate-900/50 border border-slate-800 rounded-lg p-6${hoverStyle}`}>
      <CardHead actions={actions}>
        {selected !== null && <SelectionBox dataset={dataset} selected={selected} onSelect={onSelect} />}
        <Database className="w-8 h-8 text-blue-400 shrink-0" aria-hidden="true" />
        <div className="min-w-0">
          <h3 className="font-semibold text-lg break-words">
            {canOpen ? <OpenButton dataset={dataset} onOpen={onOpen} /> : <bdi>{dataset.name}</bdi>}
          </h3>
          <p className="text-sm text-slate-400">
            Source: {formatSource(dataset.source)} • Size: {formatFileSize(getDisplayedSize(dataset))}
          </p>
        </div>
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
      {controls.showsTokenForm && (
        <RetryForm id={id} label="Retry download" busy={controls.buttons.busy} onRetry={controls.retry} />
      )}
    </div>
  );
});

/** Chooses the dataset by a click anywhere on its card. */
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

/** The card's one button to open it, stretched over the card, so that no button stands in another. */
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
