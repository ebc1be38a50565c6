import { useEffect, useRef, useState } from 'react';

import { useJobControls } from '../../../hooks/useJobControls';
import { useDetailStore } from '../../../stores/detailStore';
import type { Tokenization } from '../../../types/dataset';
import { describeCancellation, describeFailure, formatPhase, needsHubToken } from '../../../utils/datasets';
import { formatCount, formatDuration, formatFileSize } from '../../../utils/formatters';
import { describeSettings } from '../../../utils/tokenizations';
import { CardHead } from '../../common/CardHead';
import { ErrorMessage } from '../../common/ErrorMessage';
import { ProgressBar } from '../../common/ProgressBar';
import { StatusBadge } from '../../common/StatusBadge';
import { textButton, tile } from '../../common/styles';
import { RetryForm } from '../shared/RetryForm';
import { DeleteTokenizationDialog } from './DeleteTokenizationDialog';
import { LedgerAndAudit } from './LedgerAndAudit';
import { TokenizationActions } from './TokenizationActions';

interface TokenizationCardProps {
  readonly tokenization: Tokenization;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** A new object makes the card take the focus. */
  readonly focusRequest?: object | null;
}

/** One tokenization: its settings, its progress or figures, and its actions. */
export function TokenizationCard({
  tokenization,
  open,
  onToggle,
  focusRequest = null,
}: TokenizationCardProps) {
  const { id, tokenizer, status } = tokenization;
  const [isDeleting, setIsDeleting] = useState(false);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (focusRequest !== null) card.current?.focus();
  }, [focusRequest]);
  const controls = useJobControls(id, {
    cancel: useDetailStore((state) => state.cancelTokenization),
    retry: useDetailStore((state) => state.retryTokenization),
    needsToken: status === 'error' && needsHubToken(tokenization.error_code),
  });
  const actions = (
    <>
      <StatusBadge status={status} />
      <TokenizationActions
        tokenization={tokenization}
        {...controls.buttons}
        onDelete={() => setIsDeleting(true)}
      />
    </>
  );
  return (
    <article
      ref={card}
      tabIndex={-1}
      aria-label={`Tokenization with ${tokenizer}`}
      className={`${tile} space-y-3`}
    >
      <CardHead actions={actions}>
        <div className="min-w-0">
          <h4 className="font-medium break-words">{tokenizer}</h4>
          <p className="text-sm text-slate-400 break-words">{describeSettings(tokenization)}</p>
        </div>
      </CardHead>
      <TokenizationStatus tokenization={tokenization} />
      {controls.failures.map(({ detail }) => (
        <ErrorMessage key={detail}>{detail}</ErrorMessage>
      ))}
      {controls.showsTokenForm && (
        <RetryForm id={id} label="Retry tokenization" busy={controls.buttons.busy} onRetry={controls.retry} />
      )}
      {status === 'ready' && (
        <button type="button" aria-expanded={open} onClick={onToggle} className={textButton}>
          {open ? 'Hide' : 'Show'} audit, ledger and rows
        </button>
      )}
      {status === 'ready' && open && <LedgerAndAudit id={id} />}
      {isDeleting && (
        <DeleteTokenizationDialog tokenization={tokenization} onClose={() => setIsDeleting(false)} />
      )}
    </article>
  );
}

/** The status of a tokenization: its progress, how it ended, or its figures. */
function TokenizationStatus({ tokenization }: Pick<TokenizationCardProps, 'tokenization'>) {
  switch (tokenization.status) {
    case 'queued':
    case 'processing':
      return <Progress tokenization={tokenization} />;
    case 'error':
      return <p className="text-sm text-red-400 break-words">{describeFailure(tokenization)}</p>;
    case 'cancelled':
      return <p className="text-sm text-slate-400">{describeCancellation(tokenization.progress)}</p>;
    case 'ready':
      return <Figures tokenization={tokenization} />;
  }
}

function Progress({ tokenization }: Pick<TokenizationCardProps, 'tokenization'>) {
  const { id, tokenizer, status, progress } = tokenization;
  const live = useDetailStore((state) => state.latestProgress[id]);
  const parts = [
    status === 'queued' ? 'Waiting in the queue' : formatPhase(live?.phase ?? 'tokenizing'),
    live?.unit === 'rows' && live.total > 0
      ? `${formatCount(live.done)} of ${formatCount(live.total)} rows`
      : '',
    live === undefined || live.eta_seconds === null ? '' : `${formatDuration(live.eta_seconds)} left`,
  ];
  return (
    <ProgressBar value={progress} label={`Progress of ${tokenizer}`}>
      {parts.filter((part) => part !== '').join(' • ')}
    </ProgressBar>
  );
}

function Figures({ tokenization }: Pick<TokenizationCardProps, 'tokenization'>) {
  const { num_rows, num_tokens, num_positions, size_bytes, engine, engine_reason } = tokenization;
  return (
    <p className="text-sm text-slate-400 break-words">
      {formatCount(num_rows)} rows • {formatCount(num_tokens)} tokens in {formatCount(num_positions)}{' '}
      positions • {formatFileSize(size_bytes)}
      {engine !== null && ` • encoded with ${engine}`}
      {engine_reason !== null && `; ${lowerFirst(engine_reason)}`}
    </p>
  );
}

/** Lower the first letter, so that the server's sentence can continue another one. */
function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
