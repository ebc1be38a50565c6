import type { KeyboardEvent } from 'react';

import type {
  ColumnsResponse,
  DatasetDetail,
  DatasetSample,
  SampleListResponse,
} from '../../../../types/dataset';
import { formatPercent } from '../../../../utils/formatters';
import type { DatasetRoute, RowRef } from '../../../../utils/route';
import { CellValue } from './CellValue';
import { ColumnChooser } from './ColumnChooser';
import { addConditions } from './conditions';
import { RowPane } from './RowPane';
import { type TableColumn, TableHead } from './TableHead';
import { useColumnLayout } from './useColumnLayout';
import { useColumnProfiles } from '../../shared/useColumnProfiles';

interface SamplesTableProps {
  readonly dataset: DatasetDetail;
  readonly samples: SampleListResponse;
  readonly route: DatasetRoute;
  readonly busy: boolean;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** A page of samples as a table, with one of them in a pane beside it. */
export default function SamplesTable({ dataset, samples, route, busy, onNavigate }: SamplesTableProps) {
  const { text_column: textColumn } = dataset;
  const profiles = useColumnProfiles(dataset.id, true);
  const layout = useColumnLayout(dataset.id, textColumn);
  const all = listColumns(dataset);
  const columns = all
    .filter(({ name }) => layout.isShown(name))
    .map((column) => ({
      ...column,
      width: layout.getWidth(column.name),
      profile: findProfile(profiles, column.name),
    }));
  const open = (sample: RowRef | null): void => onNavigate({ ...route, sample });
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <ColumnChooser
          names={all.map(({ name }) => name)}
          isShown={layout.isShown}
          onToggle={layout.toggle}
        />
        <ProfileNote profiles={profiles} />
      </div>
      <div className="flex gap-4 max-lg:flex-col-reverse">
        <div className={`flex-1 min-w-0 max-h-[65vh] overflow-auto ${busy ? 'opacity-60' : ''}`}>
          <table
            aria-label="Samples"
            aria-busy={busy}
            className="table-fixed w-max min-w-full text-sm border-collapse"
          >
            <TableHead
              columns={columns}
              orderBy={route.orderBy}
              onOrder={(orderBy) => onNavigate({ ...route, orderBy, page: 1 })}
              onFilter={(added) =>
                onNavigate({ ...route, where: addConditions(route.where, added), page: 1 })
              }
              onResize={layout.resize}
            />
            <TableRows
              samples={samples.data}
              columns={columns}
              textColumn={textColumn}
              opened={route.sample}
              onOpen={open}
            />
          </table>
        </div>
        {route.sample !== null && (
          <RowPane
            datasetId={dataset.id}
            textColumn={textColumn}
            sample={route.sample}
            onClose={() => open(null)}
          />
        )}
      </div>
    </div>
  );
}

function ProfileNote({ profiles }: { readonly profiles: ColumnsResponse | null }) {
  if (profiles?.state === 'error') {
    return <p className="text-sm text-red-400">Columns could not be profiled. {profiles.error}</p>;
  }
  return profiles?.state === 'building' ? (
    <p role="status" className="text-sm text-slate-400 tabular-nums">
      Profiling columns: {formatPercent(profiles.progress)}
    </p>
  ) : null;
}

/** List the dataset's columns; a template's text is a column of its own. */
function listColumns({
  metadata,
  text_template,
}: DatasetDetail): readonly Pick<TableColumn, 'name' | 'type'>[] {
  const text = text_template === null ? [] : [{ name: 'text', type: 'template' }];
  return [...text, ...metadata.columns.map(({ name, type }) => ({ name, type }))];
}

function findProfile(profiles: ColumnsResponse | null, name: string): TableColumn['profile'] {
  return profiles?.data.find((profile) => profile.name === name) ?? null;
}

interface TableRowsProps {
  readonly samples: readonly DatasetSample[];
  readonly columns: readonly TableColumn[];
  readonly textColumn: string | null;
  readonly opened: RowRef | null;
  readonly onOpen: (sample: RowRef) => void;
}

function TableRows({ samples, columns, textColumn, opened, onOpen }: TableRowsProps) {
  return (
    <tbody onKeyDown={moveFocus}>
      {samples.map((sample) => {
        const { split, row } = sample;
        const isOpen = opened?.split === split && opened.row === row;
        return (
          <tr
            key={`${split}/${row}`}
            aria-selected={isOpen}
            className={`border-b border-slate-800 ${isOpen ? 'bg-slate-700/60' : 'hover:bg-slate-800/50'}`}
            onClick={() => onOpen({ split, row })}
          >
            <th scope="row" className="px-3 py-1.5 text-left font-normal align-top">
              <button
                type="button"
                title={`Open row ${row} of ${split}`}
                className="text-slate-400 hover:text-emerald-400 tabular-nums truncate max-w-full"
              >
                {row} <span className="text-xs">{split}</span>
              </button>
            </th>
            {columns.map(({ name }) => (
              <td key={name} className="px-3 py-1.5 align-top">
                <div className="line-clamp-2 wrap-anywhere">
                  <CellValue value={getCell(sample, name, textColumn)} />
                </div>
              </td>
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}

function getCell(sample: DatasetSample, name: string, textColumn: string | null): unknown {
  const found = getAtPath(sample.columns, name);
  if (found !== undefined) return found;
  const isText = name === textColumn || (textColumn === null && name === 'text');
  return isText && !sample.text_is_null ? sample.text : null;
}

/** Return what a column, or a path into one such as `meta.lang`, holds; undefined if there is no such column. */
function getAtPath(columns: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in columns) return columns[path];
  const dot = path.lastIndexOf('.');
  if (dot < 0) return undefined;
  const outer = getAtPath(columns, path.slice(0, dot));
  const inner = typeof outer === 'object' && outer !== null ? Object.entries(outer) : [];
  return inner.find(([name]) => name === path.slice(dot + 1))?.[1] as unknown;
}

/** Move the focus between rows with the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('th > button')];
  const next = buttons[buttons.findIndex((button) => button === document.activeElement) + step];
  if (next !== undefined) {
    event.preventDefault();
    next.focus();
  }
}
