import { X } from 'lucide-react';

import { type ImportState, useImportStore } from '../../stores/importStore';
import { assertNever } from '../../utils/assertNever';
import { formatAmount } from '../../utils/formatters';
import { ErrorMessage } from '../common/ErrorMessage';
import { IconButton } from '../common/IconButton';
import { ProgressBar } from '../common/ProgressBar';
import { card } from '../common/styles';

/** How far an import has come on its way to the server, or why it failed; nothing where there is none. */
export function ImportStatus() {
  const { state, dismiss } = useImportStore();
  if (state.kind === 'idle') {
    return null;
  }
  const sending = state.kind === 'sending';
  return (
    <section aria-label="Import" className={`${card} space-y-4`}>
      <div className="flex items-center justify-between gap-4">
        <h3 className="font-semibold text-lg break-words min-w-0">
          {sending ? 'Importing' : 'Could not import'} {state.what}
        </h3>
        <IconButton icon={X} label={sending ? 'Stop the import' : 'Close this message'} onClick={dismiss} />
      </div>
      <Content state={state} />
    </section>
  );
}

function Content({ state }: { readonly state: Exclude<ImportState, { kind: 'idle' }> }) {
  switch (state.kind) {
    case 'failed':
      return <ErrorMessage>{state.error.detail}</ErrorMessage>;
    case 'sending': {
      const { loaded, total } = state.sent;
      return (
        <ProgressBar value={total === 0 ? null : (100 * loaded) / total} label={`Sending ${state.what}`}>
          {total > 0 && `${formatAmount(loaded, 'bytes')} of ${formatAmount(total, 'bytes')} sent`}
        </ProgressBar>
      );
    }
    default:
      return assertNever(state);
  }
}
