import { RotateCcw, Trash2, X } from 'lucide-react';

import { IconButton } from '../../common/IconButton';

/** What is done at a press. */
export interface WorkButtonsOn {
  readonly onCancel: () => void;
  readonly onRetry: () => void;
  readonly onDelete: () => void;
  /** Whether the retry's own form is open; undefined where it has none. */
  readonly retryExpanded?: boolean | undefined;
}

interface WorkButtonsProps extends WorkButtonsOn {
  readonly name: string;
  /** What is deleted; left out: what `name` names. */
  readonly what?: string;
  readonly may: readonly string[];
  /** An answer is awaited: work is not touched meanwhile. */
  readonly busy: boolean;
}

/** Stop work, take it up again, remove what it made: as far as each is possible. */
export function JobButtons({ name, what = name, may, busy, retryExpanded, ...on }: WorkButtonsProps) {
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
      {may.includes('delete') && <IconButton icon={Trash2} label={`Delete ${what}`} onClick={on.onDelete} />}
    </>
  );
}
