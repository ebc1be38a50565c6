import { ArrowDown, ArrowUp } from 'lucide-react';
import type { KeyboardEvent, PointerEvent } from 'react';

import type { ColumnProfile } from '../../../../types/dataset';
import { ColumnFigure } from './ColumnFigure';

export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly width: number;
  readonly profile: ColumnProfile | null;
}

interface TableHeadProps {
  readonly columns: readonly TableColumn[];
  readonly orderBy: string | null;
  readonly onOrder: (orderBy: string | null) => void;
  readonly onFilter: (conditions: readonly string[]) => void;
  readonly onResize: (name: string, width: number) => void;
}

const SORTABLE =
  /^(u?int|float|double|halffloat|decimal|large_string|string|bool|timestamp|date|time|duration)/;
const STEP = 24;

/** The head of the table: name and type of each column, its order, its figure, and a handle for its width. */
export function TableHead({ columns, ...actions }: TableHeadProps) {
  return (
    <thead className="sticky top-0 z-10 bg-slate-900">
      <tr>
        <th scope="col" className="w-24 px-3 py-2 text-left font-medium border-b border-slate-700 align-top">
          Row
        </th>
        {columns.map((column) => (
          <ColumnHead key={column.name} column={column} {...actions} />
        ))}
      </tr>
    </thead>
  );
}

interface ColumnHeadProps extends Omit<TableHeadProps, 'columns'> {
  readonly column: TableColumn;
}

function ColumnHead({ column, orderBy, onOrder, onFilter, onResize }: ColumnHeadProps) {
  const { name, type, width, profile } = column;
  const order = orderBy === name ? 'ascending' : orderBy === `-${name}` ? 'descending' : 'none';
  return (
    <th
      scope="col"
      aria-sort={order}
      style={{ width }}
      className="relative px-3 py-2 text-left font-medium border-b border-slate-700 align-top"
    >
      {SORTABLE.test(type) ? (
        <SortButton name={name} order={order} onOrder={onOrder} />
      ) : (
        <bdi className="block truncate">{name}</bdi>
      )}
      <span className="block truncate text-xs font-normal font-mono text-slate-400" title={type}>
        {type}
      </span>
      {profile !== null && <ColumnFigure profile={profile} onFilter={onFilter} />}
      <ResizeHandle name={name} width={width} onResize={onResize} />
    </th>
  );
}

interface SortButtonProps extends Pick<TableHeadProps, 'onOrder'> {
  readonly name: string;
  readonly order: 'ascending' | 'descending' | 'none';
}

/** Sorts by the column: the smallest first, then the greatest first, then not at all. */
function SortButton({ name, order, onOrder }: SortButtonProps) {
  const next = { none: name, ascending: `-${name}`, descending: null } as const;
  return (
    <button
      type="button"
      title={`Sort by ${name}`}
      onClick={() => onOrder(next[order])}
      className="flex items-center gap-1 max-w-full hover:text-emerald-400"
    >
      <bdi className="truncate">{name}</bdi>
      {order === 'ascending' && <ArrowUp className="w-4 h-4 shrink-0" aria-hidden="true" />}
      {order === 'descending' && <ArrowDown className="w-4 h-4 shrink-0" aria-hidden="true" />}
    </button>
  );
}

interface ResizeHandleProps extends Pick<TableHeadProps, 'onResize'> {
  readonly name: string;
  readonly width: number;
}

/** Changes the width of a column by dragging, or with the arrow keys. */
function ResizeHandle({ name, width, onResize }: ResizeHandleProps) {
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    event.stopPropagation();
    onResize(name, width + (event.key === 'ArrowLeft' ? -STEP : STEP));
  };
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    onResize(name, width + event.movementX);
  };
  return (
    // A separator that can be moved takes the focus: https://www.w3.org/WAI/ARIA/apg/patterns/windowsplitter/
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={`Width of ${name}`}
      aria-valuenow={width}
      onKeyDown={press}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      className="absolute top-0 right-0 h-full w-2 cursor-col-resize touch-none border-r border-slate-700 hover:border-emerald-500"
    />
  );
}
