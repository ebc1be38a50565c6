import { useCallback, useState } from 'react';

import { getTokenizedRows, getTrace } from '../../api/tokenizations';
import { useResource } from '../../hooks/useResource';
import type { TokenizationDetail, TokenizedRow, Trace } from '../../types/dataset';
import { formatCount } from '../../utils/formatters';
import { LoadFailure } from '../common/LoadFailure';
import { MarkedText } from '../common/MarkedText';
import { quietButton } from '../common/styles';
import { TokenChips } from '../common/TokenChips';

/** The rows that were written, one at a time; a pressed token tells where it came from. */
export function TokenizedRows({ tokenization }: { readonly tokenization: TokenizationDetail }) {
  const { id } = tokenization;
  const [page, setPage] = useState(1);
  const [position, setPosition] = useState<number | null>(null);
  const { state, again } = useResource(
    useCallback((signal: AbortSignal) => getTokenizedRows(id, { page, limit: 1 }, signal), [id, page]),
  );
  const go = (next: number): void => {
    setPosition(null);
    setPage(next);
  };
  if (state.kind === 'failed') {
    return <LoadFailure error={state.error} onRetry={again} />;
  }
  const rows = state.kind === 'loaded' ? state.value : null;
  const row = rows?.data[0];
  return (
    <section aria-label="Rows" className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <h5 className="font-semibold mr-auto">
          Row {formatCount(page)}
          {rows !== null && ` of ${formatCount(rows.pagination.total)}`}
          {row !== undefined && <span className="text-sm text-slate-400"> • {row.split}</span>}
        </h5>
        <button type="button" disabled={page === 1} onClick={() => go(page - 1)} className={quietButton}>
          Previous row
        </button>
        <button
          type="button"
          disabled={rows?.pagination.has_next !== true}
          onClick={() => go(page + 1)}
          className={quietButton}
        >
          Next row
        </button>
      </div>
      {rows === null && <p role="status">Loading the row…</p>}
      {row !== undefined && (
        <>
          <p className="text-sm text-slate-400">Press a token to see where it came from.</p>
          <TokenChips tokens={row.tokens} label={`Tokens of row ${page}`} onPick={setPosition} />
          {position !== null && <TraceView id={id} row={row} position={position} />}
        </>
      )}
    </section>
  );
}

interface TraceViewProps {
  readonly id: string;
  readonly row: TokenizedRow;
  readonly position: number;
}

function TraceView({ id, row, position }: TraceViewProps) {
  const { split, row: number } = row;
  const { state, again } = useResource(
    useCallback(
      (signal: AbortSignal) => getTrace(id, { split, row: number, position }, signal),
      [id, split, number, position],
    ),
  );
  switch (state.kind) {
    case 'loading':
      return <p role="status">Looking where it came from…</p>;
    case 'failed':
      return <LoadFailure error={state.error} onRetry={again} />;
    case 'loaded':
      return <Origin trace={state.value} />;
  }
}

function Origin({ trace }: { readonly trace: Trace }) {
  const { source, token, position } = trace;
  if (source === null) {
    return (
      <p role="status" className="text-sm text-slate-400">
        Position {formatCount(position)}: {token.kind === 'padding' ? 'padding' : 'a special token'}, which
        comes from no document.
      </p>
    );
  }
  const { char_start, char_end, text_start, file, repo, commit } = source;
  return (
    <div role="status" className="bg-slate-900/50 border border-slate-800 rounded-lg p-4 space-y-2 text-sm">
      <p className="text-slate-400 break-words">
        Position {formatCount(position)} • sample #{source.sample_id} ({source.split}, row{' '}
        {formatCount(source.row)}) • characters {formatCount(char_start)}–{formatCount(char_end)}
        {file !== null && ` • ${file}`}
        {repo !== null && ` • ${repo}`}
        {commit !== null && ` at ${commit.slice(0, 12)}`}
      </p>
      <p className="text-slate-300 whitespace-pre-wrap break-words">
        <MarkedText text={source.text} marks={[[char_start - text_start, char_end - text_start]]} />
      </p>
    </div>
  );
}
