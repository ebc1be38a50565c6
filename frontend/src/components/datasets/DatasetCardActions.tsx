import { RotateCcw, Trash2, X } from 'lucide-react';

import type { Dataset } from '../../types/dataset';
import { DATASET_ACTIONS } from '../../utils/datasets';
import { IconButton } from '../common/IconButton';

interface DatasetCardActionsProps {
  readonly dataset: Dataset;
  readonly busy: boolean;
  readonly onCancel: () => void;
  readonly onRetry: () => void;
  readonly onDelete: () => void;
  /** Whether the retry's own form is open; undefined where it has none. */
  readonly retryExpanded?: boolean | undefined;
}

/** What the dataset's status lets a person do to it. */
export function DatasetCardActions({ dataset, busy, retryExpanded, ...on }: DatasetCardActionsProps) {
  const { name, status } = dataset;
  const may = DATASET_ACTIONS[status];
  return (
    <>
      {may.includes('cancel') && (
        <IconButton icon={X} label={`Cancel ${name}`} onClick={on.onCancel} disabled={busy} />
      )}
      {may.includes('retry') && (
        <IconButton
          icon={RotateCcw}
          label={`Retry ${name}`}
          onClick={on.onRetry}
          disabled={busy}
          {...(retryExpanded === undefined ? {} : { expanded: retryExpanded })}
        />
      )}
      {may.includes('delete') && <IconButton icon={Trash2} label={`Delete ${name}`} onClick={on.onDelete} />}
    </>
  );
}
