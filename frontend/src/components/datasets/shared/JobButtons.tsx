import { RotateCcw, Trash2, X } from 'lucide-react';

import { IconButton } from '../../common/IconButton';

/** What is done at a press. */
export interface JobButtonHandlers {
  readonly onCancel: () => void;
  readonly onRetry: () => void;
  readonly onDelete: () => void;
  /** Whether the retry's own form is open; undefined where it has none. */
  readonly retryExpanded?: boolean | undefined;
}

interface JobButtonsProps extends JobButtonHandlers {
  readonly name: string;
  /** What is deleted; left out: what `name` names. */
  readonly deleteName?: string;
  readonly actions: readonly string[];
  /** An answer is awaited: work is not touched meanwhile. */
  readonly busy: boolean;
}

/** Stop work, take it up again, remove what it made: as far as each is possible. */
export function JobButtons({
  name,
  deleteName = name,
  actions,
  busy,
  retryExpanded,
  ...handlers
}: JobButtonsProps) {
  return (
    <>
      {actions.includes('cancel') && (
        <IconButton icon={X} label={`Cancel ${name}`} onClick={handlers.onCancel} disabled={busy} />
      )}
      {actions.includes('retry') && (
        <IconButton
          icon={RotateCcw}
          label={`Retry ${name}`}
          onClick={handlers.onRetry}
          disabled={busy}
          {...(retryExpanded === undefined ? {} : { expanded: retryExpanded })}
        />
      )}
      {actions.includes('delete') && (
        <IconButton icon={Trash2} label={`Delete ${deleteName}`} onClick={handlers.onDelete} />
      )}
    </>
  );
}
