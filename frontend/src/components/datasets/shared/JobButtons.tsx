import { RotateCcw, Trash2, X } from 'lucide-react';

import { IconButton } from '../../common/IconButton';

/** The handlers of the buttons. */
export interface JobButtonHandlers {
  readonly onCancel: () => void;
  readonly onRetry: () => void;
  readonly onDelete: () => void;
  /** Whether the form of the retry is open; undefined if the retry has none. */
  readonly retryExpanded?: boolean | undefined;
}

interface JobButtonsProps extends JobButtonHandlers {
  readonly name: string;
  /** What is deleted; by default `name`. */
  readonly deleteName?: string;
  readonly actions: readonly string[];
  /** Whether a response is awaited; cancel and retry are disabled meanwhile. */
  readonly busy: boolean;
}

/** Buttons that cancel, retry and delete, as far as the status allows. */
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
