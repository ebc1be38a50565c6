import { useCallback, useState } from 'react';

import { getTokenizedRows, getTrace } from '../../../api/tokenizations';
import { useResource } from '../../../hooks/useResource';
import type { TokenizationDetail, TokenizedRow, Trace, WrittenSplit } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { GoTo } from '../../common/GoTo';
import { LoadFailure } from '../../common/LoadFailure';
import { MarkedText } from '../../common/MarkedText';
import { quietButton, smallInput } from '../../common/styles';
import { TokenChips } from '../../common/TokenChips';

/** The written rows of any split, one at a time; pressing a token traces it to its document. */
export function TokenizedRows({ tokenization }: { readonly tokenization: TokenizationDetail }) {
  const { id, splits } = tokenization;
  const [split, setSplit] = useState(splits[0]?.name ?? '');
  const [page, setPage] = useState(1);
  const { state, reload } = useResource(
    useCallback(
      (signal: AbortSignal) => getTokenizedRows(id, { split, page, limit: 1 }, signal),
      [id, split, page],
    ),
  );
  const row = state.kind === 'loaded' ? state.value.data[0] : undefined;
  const count = splits.find(({ name }) => name === split)?.rows ?? 0;
  return (
    <section aria-label="Rows" className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <h5 className="font-semibold mr-auto">Rows</h5>
        <RowSplit
          splits={splits}
          value={split}
          onChange={(next) => {
            setSplit(next);
            setPage(1);
          }}
        />
        <GoTo
          key={`${split} ${page}`}
          id={`row-of-${id}`}
          label="Row"
          value={page - 1}
          count={count}
          first={0}
          onGo={(row) => setPage(row + 1)}
        />
        <button type="button" disabled={page <= 1} onClick={() => setPage(page - 1)} className={quietButton}>
          Previous row
        </button>
        <button
          type="button"
          disabled={page >= count}
          onClick={() => setPage(page + 1)}
          className={quietButton}
        >
          Next row
        </button>
      </div>
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={reload} />}
      {state.kind === 'loading' && <p role="status">Loading the row…</p>}
      {state.kind === 'loaded' && row === undefined && (
        <p className="text-sm text-slate-400">This split has no rows. Choose another split.</p>
      )}
      {row !== undefined && <RowTokens key={`${row.split} ${row.row}`} id={id} row={row} />}
    </section>
  );
}

interface RowSplitProps {
  readonly splits: readonly WrittenSplit[];
  readonly value: string;
  readonly onChange: (split: string) => void;
}

/** Selects the split, if there is more than one. */
function RowSplit({ splits, value, onChange }: RowSplitProps) {
  if (splits.length < 2) {
    return <span className="text-sm text-slate-400">{value}</span>;
  }
  return (
    <select
      aria-label="Split to show"
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className={`${smallInput} text-sm max-w-full`}
    >
      {splits.map(({ name, rows, is_held_out }) => (
        <option key={name} value={name}>
          {name}: {formatPlural(rows, 'row')}
          {is_held_out && ', held out'}
        </option>
      ))}
    </select>
  );
}

function RowTokens({ id, row }: { readonly id: string; readonly row: TokenizedRow }) {
  const [position, setPosition] = useState<number | null>(null);
  return (
    <>
      <p className="text-sm text-slate-400">Press a token to trace it to its document.</p>
      <TokenChips tokens={row.tokens} label={`Tokens of row ${row.row}`} onSelectToken={setPosition} />
      {position !== null && <TraceView id={id} row={row} position={position} />}
    </>
  );
}

interface TraceViewProps {
  readonly id: string;
  readonly row: TokenizedRow;
  readonly position: number;
}

function TraceView({ id, row, position }: TraceViewProps) {
  const { split, row: number } = row;
  const { state, reload } = useResource(
    useCallback(
      (signal: AbortSignal) => getTrace(id, { split, row: number, position }, signal),
      [id, split, number, position],
    ),
  );
  switch (state.kind) {
    case 'loading':
      return <p role="status">Tracing the token…</p>;
    case 'failed':
      return <LoadFailure error={state.error} onRetry={reload} />;
    case 'loaded':
      return <TokenOrigin trace={state.value} />;
  }
}

function TokenOrigin({ trace }: { readonly trace: Trace }) {
  const { source, token, position } = trace;
  if (source === null) {
    return (
      <p role="status" className="text-sm text-slate-400">
        Position {formatCount(position)}: {token.kind === 'padding' ? 'padding' : 'a special token'}, which
        belongs to no document.
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
      <p dir="auto" className="text-slate-300 whitespace-pre-wrap break-words">
        <MarkedText text={source.text} marks={[[char_start - text_start, char_end - text_start]]} />
      </p>
    </div>
  );
}
