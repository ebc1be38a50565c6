import type { ReactNode } from 'react';

import type { ApiError } from '../../api/errors';
import type { Async } from '../../types/async';
import { assertNever } from '../../utils/assertNever';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { LoadFailure } from './LoadFailure';

interface ConfirmDialogProps<Value> {
  readonly title: string;
  /** What the user needs to know to decide. */
  readonly question: Async<Value, ApiError>;
  readonly onReload: () => void;
  /** The label of the button that confirms. */
  readonly confirm: string;
  /** The label of the button that cancels. */
  readonly keep?: string;
  readonly disabled: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: (value: Value) => ReactNode;
}

/** Asks for confirmation of an action that cannot be undone. */
export function ConfirmDialog<Value>({ title, question, children, ...more }: ConfirmDialogProps<Value>) {
  const { onReload, confirm, keep = 'Keep it', disabled, onConfirm, onClose } = more;
  const content = () => {
    switch (question.kind) {
      case 'loading':
        return <p role="status">Checking what will be deleted…</p>;
      case 'failed':
        return <LoadFailure error={question.error} onRetry={onReload} />;
      case 'loaded':
        return children(question.value);
      default:
        return assertNever(question);
    }
  };
  return (
    <Dialog labelledBy="confirm-title" describedBy="confirm-text" onClose={onClose} width="max-w-lg">
      <div className="p-6 space-y-4 overflow-y-auto">
        <h2 id="confirm-title" className="text-lg font-semibold break-words">
          {title}
        </h2>
        <div id="confirm-text" className="text-sm text-slate-300 space-y-3">
          {content()}
        </div>
        <div className="flex justify-end gap-3">
          <button
            type="button"
            onClick={onClose}
            className="px-4 py-2 bg-slate-800 hover:bg-slate-700 rounded-lg"
          >
            {keep}
          </button>
          <Button look="danger" disabled={disabled} onClick={onConfirm}>
            {confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
