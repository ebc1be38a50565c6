import { useCallback } from 'react';

import { getTokenizedRows, getTrace } from '../../../api/tokenizations';
import { useResource } from '../../../hooks/useResource';
import type { TokenizationDetail, TokenizedRow, Trace, WrittenSplit } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import type { RowRef } from '../../../utils/route';
import { Button } from '../../common/Button';
import { GoTo } from '../../common/GoTo';
import { MarkedText } from '../../common/MarkedText';
import { renderAsync } from '../../common/renderAsync';
import { smallInput } from '../../common/styles';
import { TokenChips } from '../../common/TokenChips';
import { useAddressedRow } from './useAddressedRow';

/** The written rows of any split, one at a time; pressing a token traces it to its document. */
export function TokenizedRows({ tokenization }: { readonly tokenization: TokenizationDetail }) {
  const { id, splits } = tokenization;
  const { place, setPlace, position, setPosition } = useAddressedRow(splits[0]?.name ?? '');
  const { split, row } = place;
  const { state, reload } = useResource(
    useCallback(
      (signal: AbortSignal) => getTokenizedRows(id, { split, page: row + 1, limit: 1 }, signal),
      [id, split, row],
    ),
  );
  return (
    <section aria-label="Rows" className="space-y-3">
      <RowNavigation tokenization={tokenization} place={place} onGo={setPlace} />
      {renderAsync(state, {
        loading: <p role="status">Loading the row…</p>,
        onRetry: reload,
        loaded: ({ data: [shown] }) => (
          <RowView id={id} row={shown} position={position} onPosition={setPosition} />
        ),
      })}
    </section>
  );
}

interface RowNavigationProps {
  readonly tokenization: TokenizationDetail;
  readonly place: RowRef;
  readonly onGo: (place: RowRef) => void;
}

function RowNavigation({ tokenization: { id, splits }, place, onGo }: RowNavigationProps) {
  const { split, row } = place;
  const count = splits.find(({ name }) => name === split)?.rows ?? 0;
  const goToRow = (next: number): void => onGo({ split, row: next });
  return (
    <div className="flex flex-wrap items-center gap-3">
      <h5 className="font-semibold mr-auto">Rows</h5>
      <RowSplit splits={splits} value={split} onChange={(name) => onGo({ split: name, row: 0 })} />
      <GoTo
        key={`${split} ${row}`}
        id={`row-of-${id}`}
        label="Row"
        value={row}
        count={count}
        first={0}
        onGo={goToRow}
      />
      <Button look="quiet" disabled={row <= 0} onClick={() => goToRow(row - 1)}>
        Previous row
      </Button>
      <Button look="quiet" disabled={row + 1 >= count} onClick={() => goToRow(row + 1)}>
        Next row
      </Button>
    </div>
  );
}

interface RowTokensProps {
  readonly id: string;
  readonly row: TokenizedRow;
  /** The position whose token is traced; null: none. */
  readonly position: number | null;
  readonly onPosition: (position: number) => void;
}

function RowView({
  row,
  ...props
}: Omit<RowTokensProps, 'row'> & { readonly row: TokenizedRow | undefined }) {
  return row === undefined ? (
    <p className="text-sm text-slate-400">This split has no rows. Choose another split.</p>
  ) : (
    <RowTokens key={`${row.split} ${row.row}`} row={row} {...props} />
  );
}

interface RowSplitProps {
  readonly splits: readonly WrittenSplit[];
  readonly value: string;
  readonly onChange: (split: string) => void;
}

/** Selects the split, if there is more than one. */
function RowSplit({ splits, value, onChange }: RowSplitProps) {
  return splits.length < 2 ? (
    <span className="text-sm text-slate-400">{value}</span>
  ) : (
    <select
      aria-label="Split to show"
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className={`${smallInput} text-sm max-w-full`}
    >
      {splits.map((split) => (
        <SplitOption key={split.name} split={split} />
      ))}
    </select>
  );
}

function SplitOption({ split: { name, rows, is_held_out } }: { readonly split: WrittenSplit }) {
  return (
    <option value={name}>
      {name}: {formatPlural(rows, 'row')}
      {is_held_out && ', held out'}
    </option>
  );
}

function RowTokens({ id, row, position, onPosition }: RowTokensProps) {
  return (
    <>
      <p className="text-sm text-slate-400">
        Press a token to trace it to its document.
        {row.tokens.length < row.token_count &&
          ` The first ${formatCount(row.tokens.length)} of ${formatPlural(row.token_count, 'token')} are shown.`}
      </p>
      <TokenChips tokens={row.tokens} label={`Tokens of row ${row.row}`} onSelectToken={onPosition} />
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
  return renderAsync(state, {
    loading: <p role="status">Tracing the token…</p>,
    onRetry: reload,
    loaded: (trace) => <TokenOrigin trace={trace} />,
  });
}

function TokenOrigin({ trace: { source, token, position } }: { readonly trace: Trace }) {
  return source === null ? (
    <p role="status" className="text-sm text-slate-400">
      Position {formatCount(position)}: {token.kind === 'padding' ? 'padding' : 'a special token'}, which
      belongs to no document.
    </p>
  ) : (
    <SourceText source={source} position={position} />
  );
}

type TokenSource = NonNullable<Trace['source']>;

function SourceText({ source, position }: { readonly source: TokenSource; readonly position: number }) {
  const { text, char_start, char_end, text_start } = source;
  return (
    <div role="status" className="bg-slate-900/50 border border-slate-800 rounded-lg p-4 space-y-2 text-sm">
      <p className="text-slate-400 break-words">
        Position {formatCount(position)} • {describePlace(source)}
      </p>
      <p dir="auto" className="text-slate-300 whitespace-pre-wrap break-words">
        <MarkedText text={text} marks={[[char_start - text_start, char_end - text_start]]} />
      </p>
    </div>
  );
}

function describePlace(source: TokenSource): string {
  const { sample_id, split, row, char_start, char_end, file, repo, commit } = source;
  const sample = `sample #${sample_id} (${split}, row ${formatCount(row)})`;
  const characters = `characters ${formatCount(char_start)}–${formatCount(char_end)}`;
  const origin = [file, repo].filter((part) => part !== null);
  const place = [sample, characters, ...origin].join(' • ');
  return commit === null ? place : `${place} at ${commit.slice(0, 12)}`;
}
