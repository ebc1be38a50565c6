import { X } from 'lucide-react';

import type { ApiError } from '../../../api/errors';
import { openDataset } from '../../../hooks/useRoute';
import { type ImportState, useImportStore } from '../../../stores/importStore';
import { assertNever } from '../../../utils/assertNever';
import { formatAmount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { IconButton } from '../../common/IconButton';
import { ProgressBar } from '../../common/ProgressBar';
import { card } from '../../common/styles';

/** The progress of an import or why it failed; nothing without one, and while its plan is shown. */
export function ImportStatus() {
  const { state, dismiss } = useImportStore();
  if (state.kind === 'idle' || state.kind === 'planned' || state.kind === 'choosing_config') {
    return null;
  }
  const sending = state.kind !== 'failed';
  return (
    <section aria-label="Import" className={`${card} space-y-4`}>
      <div className="flex items-center justify-between gap-4">
        <h3 className="font-semibold text-lg break-words min-w-0">
          {sending ? 'Importing' : 'Could not import'} {state.label}
        </h3>
        <IconButton icon={X} label={sending ? 'Stop the import' : 'Close this message'} onClick={dismiss} />
      </div>
      <Content state={state} />
    </section>
  );
}

type ShownState = Extract<ImportState, { kind: 'planning' | 'sending' | 'failed' }>;

function Content({ state }: { readonly state: ShownState }) {
  switch (state.kind) {
    case 'planning':
      return <p role="status">Looking what the files are…</p>;
    case 'failed':
      return <Failure error={state.error} />;
    case 'sending': {
      const { loaded, total } = state.progress;
      return (
        <ProgressBar value={total === 0 ? null : (100 * loaded) / total} label={`Sending ${state.label}`}>
          {total > 0 && `${formatAmount(loaded, 'bytes')} of ${formatAmount(total, 'bytes')} sent`}
        </ProgressBar>
      );
    }
    default:
      return assertNever(state);
  }
}

function Failure({ error }: { readonly error: ApiError }) {
  const existing = error.code === 'exists' ? error.getText('dataset_id') : null;
  return (
    <>
      <ErrorMessage>{error.detail}</ErrorMessage>
      {existing !== null && (
        <Button look="link" onClick={() => openDataset(existing)}>
          Open it
        </Button>
      )}
    </>
  );
}
