import { RotateCcw, Trash2, X } from 'lucide-react';
import { useState } from 'react';

import { useAction } from '../../hooks/useAction';
import { useDetailStore } from '../../stores/detailStore';
import type { Tokenization } from '../../types/dataset';
import { settingsLine, TOKENIZATION_ACTIONS } from '../../utils/tokenizations';
import { formatCount, formatDateTime, formatDuration, formatFileSize } from '../../utils/formatters';
import { ConfirmDialog } from '../common/ConfirmDialog';
import { CopyButton } from '../common/CopyButton';
import { ErrorMessage } from '../common/ErrorMessage';
import { IconButton } from '../common/IconButton';
import { ProgressBar } from '../common/ProgressBar';
import { StatusBadge } from '../common/StatusBadge';
import { textButton, tile } from '../common/styles';
import { TokenizationBooks } from './TokenizationBooks';

interface TokenizationCardProps {
  readonly tokenization: Tokenization;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** One tokenization: its settings, its progress or figures, and what may be done to it. */
export function TokenizationCard({ tokenization, open, onToggle }: TokenizationCardProps) {
  const { id, tokenizer, status, error_message, path, created_at } = tokenization;
  const store = useDetailStore.getState();
  const [cancelling, cancel] = useAction(store.cancelTokenization);
  const [retrying, retry] = useAction(store.retryTokenization);
  const [deleting, remove] = useAction(store.deleteTokenization);
  const [asking, setAsking] = useState(false);
  const may = TOKENIZATION_ACTIONS[status];
  return (
    <article aria-label={`Tokenization with ${tokenizer}`} className={`${tile} space-y-3`}>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h4 className="font-medium break-words">{tokenizer}</h4>
          <p className="text-sm text-slate-400 break-words">{settingsLine(tokenization)}</p>
        </div>
        <div className="flex items-center gap-3">
          <StatusBadge status={status} />
          {path !== null && <CopyButton label={`Copy the path of ${tokenizer}`} text={path} />}
          {may.includes('cancel') && (
            <IconButton
              icon={X}
              label={`Cancel ${tokenizer}`}
              disabled={cancelling.kind === 'running'}
              onClick={() => void cancel(id)}
            />
          )}
          {may.includes('retry') && (
            <IconButton
              icon={RotateCcw}
              label={`Retry ${tokenizer}`}
              disabled={retrying.kind === 'running'}
              onClick={() => void retry(id)}
            />
          )}
          <IconButton
            icon={Trash2}
            label={`Delete the tokenization with ${tokenizer}`}
            onClick={() => setAsking(true)}
          />
        </div>
      </div>
      {(status === 'queued' || status === 'processing') && <Progress tokenization={tokenization} />}
      {status === 'error' && <p className="text-sm text-red-400 break-words">{error_message}</p>}
      {status === 'ready' && <Figures tokenization={tokenization} />}
      {[cancelling, retrying].map(
        (state) =>
          state.kind === 'failed' && (
            <ErrorMessage key={state.error.detail}>{state.error.detail}</ErrorMessage>
          ),
      )}
      {status === 'ready' && (
        <button type="button" aria-expanded={open} onClick={onToggle} className={textButton}>
          {open ? 'Hide' : 'Show'} audit, ledger and rows
        </button>
      )}
      {status === 'ready' && open && <TokenizationBooks id={id} />}
      {asking && (
        <ConfirmDialog
          title={`Delete the tokenization with ${tokenizer}?`}
          question={{ kind: 'loaded', value: tokenization }}
          onAgain={() => undefined}
          confirm={deleting.kind === 'running' ? 'Deleting…' : 'Delete'}
          disabled={deleting.kind === 'running'}
          onConfirm={() => void remove(id).then((done) => done && setAsking(false))}
          onClose={() => setAsking(false)}
        >
          {({ size_bytes }) => (
            <>
              <p>
                Made {formatDateTime(created_at)}. This frees {formatFileSize(size_bytes)} and cannot be
                undone; the dataset stays.
              </p>
              {deleting.kind === 'failed' && <ErrorMessage>{deleting.error.detail}</ErrorMessage>}
            </>
          )}
        </ConfirmDialog>
      )}
    </article>
  );
}

function Progress({ tokenization }: { readonly tokenization: Tokenization }) {
  const { id, tokenizer, status, progress } = tokenization;
  const live = useDetailStore((state) => state.live[id]);
  const parts = [
    status === 'queued' ? 'Waiting for its turn' : 'Tokenizing',
    live !== undefined && live.total > 0
      ? `${formatCount(live.done)} of ${formatCount(live.total)} ${live.unit}`
      : '',
    live === undefined || live.eta_seconds === null ? '' : `${formatDuration(live.eta_seconds)} left`,
  ];
  return (
    <ProgressBar value={progress} label={`Progress of ${tokenizer}`}>
      {parts.filter((part) => part !== '').join(' • ')}
    </ProgressBar>
  );
}

function Figures({ tokenization }: { readonly tokenization: Tokenization }) {
  const { num_rows, num_tokens, num_positions, size_bytes, engine, engine_reason } = tokenization;
  return (
    <p className="text-sm text-slate-400 break-words">
      {formatCount(num_rows)} rows • {formatCount(num_tokens)} tokens in {formatCount(num_positions)}{' '}
      positions • {formatFileSize(size_bytes)}
      {engine !== null && ` • made by ${engine}`}
      {engine_reason !== null && `: ${engine_reason}`}
    </p>
  );
}
