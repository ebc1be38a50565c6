import { type RefObject, useEffect, useRef, useState } from 'react';

import { type JobControls, useJobControls } from '../../../hooks/useJobControls';
import { useDetailStore } from '../../../stores/detailStore';
import type { Tokenization } from '../../../types/dataset';
import type { ProgressEvent } from '../../../types/events';
import { describeCancellation, describeFailure, formatPhase, needsHubToken } from '../../../utils/datasets';
import { formatCount, formatDuration, formatFileSize } from '../../../utils/formatters';
import { describeSettings } from '../../../utils/tokenizations';
import { Button } from '../../common/Button';
import { CardHead } from '../../common/CardHead';
import { ErrorMessage } from '../../common/ErrorMessage';
import { Notice } from '../../common/Notice';
import { ProgressBar } from '../../common/ProgressBar';
import { StatusBadge } from '../../common/StatusBadge';
import { tile } from '../../common/styles';
import { RetryForm } from '../shared/RetryForm';
import { ExportButton } from '../shared/ExportButton';
import { DeleteTokenizationDialog } from './DeleteTokenizationDialog';
import { LedgerAndAudit } from './LedgerAndAudit';
import { TokenizationActions } from './TokenizationActions';

interface TokenizationCardProps {
  readonly tokenization: Tokenization;
  readonly open: boolean;
  readonly onToggle: () => void;
  /** A new object makes the card take the focus. */
  readonly focusRequest?: object | null;
  /** Whether a link leads to the card, which then scrolls into view. */
  readonly linked?: boolean;
}

/** One tokenization: its settings, its progress or figures, and its actions. */
export function TokenizationCard(props: TokenizationCardProps) {
  const { tokenization, focusRequest = null, linked = false } = props;
  const card = useFocusRequest(focusRequest, linked);
  const controls = useTokenizationControls(tokenization);
  return (
    <article
      ref={card}
      tabIndex={-1}
      aria-label={`Tokenization with ${tokenization.tokenizer}`}
      className={`${tile} space-y-3`}
    >
      <CardHeader tokenization={tokenization} controls={controls} />
      <TokenizationStatus tokenization={tokenization} />
      {tokenization.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      <RetryStatus id={tokenization.id} controls={controls} />
      {tokenization.status === 'ready' && (
        <div className="flex flex-wrap items-center gap-3">
          <AuditButton {...props} />
          <ExportButton
            datasetId={tokenization.dataset_id}
            target={{ kind: 'tokenizations', id: tokenization.id }}
            name={`the tokens of ${tokenization.tokenizer}`}
          />
        </div>
      )}
      {tokenization.status === 'ready' && props.open && <LedgerAndAudit id={tokenization.id} />}
    </article>
  );
}

/** Focus the card for each new request; show the one that a link leads to without taking the focus from its tab. */
function useFocusRequest(request: object | null, linked: boolean): RefObject<HTMLElement | null> {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (linked) card.current?.scrollIntoView();
  }, [linked]);
  useEffect(() => {
    if (request !== null) card.current?.focus();
  }, [request]);
  return card;
}

function useTokenizationControls({ id, status, error_code }: Tokenization): JobControls {
  return useJobControls(id, {
    cancel: useDetailStore((state) => state.cancelTokenization),
    retry: useDetailStore((state) => state.retryTokenization),
    needsToken: status === 'error' && needsHubToken(error_code),
  });
}

interface ControlledProps {
  readonly tokenization: Tokenization;
  readonly controls: JobControls;
}

function CardHeader({ tokenization, controls }: ControlledProps) {
  return (
    <CardHead actions={<StatusAndActions tokenization={tokenization} controls={controls} />}>
      <div className="min-w-0">
        <h4 className="font-medium break-words">{tokenization.tokenizer}</h4>
        <p className="text-sm text-slate-400 break-words">{describeSettings(tokenization)}</p>
      </div>
    </CardHead>
  );
}

function StatusAndActions({ tokenization, controls }: ControlledProps) {
  const [isDeleting, setIsDeleting] = useState(false);
  const open = (): void => setIsDeleting(true);
  const close = (): void => setIsDeleting(false);
  return (
    <>
      <StatusBadge status={tokenization.status} />
      <TokenizationActions tokenization={tokenization} {...controls.buttons} onDelete={open} />
      {isDeleting && <DeleteTokenizationDialog tokenization={tokenization} onClose={close} />}
    </>
  );
}

function RetryStatus({ id, controls }: { readonly id: string; readonly controls: JobControls }) {
  const { failures, showsTokenForm, buttons, retry } = controls;
  return (
    <>
      {failures.map(({ detail }) => (
        <ErrorMessage key={detail}>{detail}</ErrorMessage>
      ))}
      {showsTokenForm && <RetryForm id={id} label="Retry tokenization" busy={buttons.busy} onRetry={retry} />}
    </>
  );
}

function AuditButton({ open, onToggle }: TokenizationCardProps) {
  return (
    <Button look="text" aria-expanded={open} onClick={onToggle}>
      {open ? 'Hide' : 'Show'} audit, ledger and rows
    </Button>
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
  const event = useDetailStore((state) => state.latestProgress[tokenization.id]);
  return (
    <ProgressBar
      value={tokenization.progress}
      label={`Progress of ${tokenization.tokenizer}`}
      overall={event !== undefined && event.total > 0}
    >
      {describeProgress(tokenization.status, event)}
    </ProgressBar>
  );
}

function describeProgress(status: Tokenization['status'], event: ProgressEvent | undefined): string {
  const phase = status === 'queued' ? 'Waiting in the queue' : formatPhase(event?.phase ?? 'tokenizing');
  const parts = [phase];
  if (event?.unit === 'rows' && event.total > 0) {
    parts.push(`${formatCount(event.done)} of ${formatCount(event.total)} rows`);
  }
  if (event && event.eta_seconds !== null) parts.push(`${formatDuration(event.eta_seconds)} left`);
  return parts.join(' • ');
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
