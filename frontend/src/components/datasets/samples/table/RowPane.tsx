import { X } from 'lucide-react';
import { useCallback } from 'react';

import { getDatasetSample } from '../../../../api/datasets';
import { useResource } from '../../../../hooks/useResource';
import type { SampleDetail } from '../../../../types/dataset';
import { formatCount } from '../../../../utils/formatters';
import { formatRoute, makeDatasetRoute, type RowRef } from '../../../../utils/route';
import { CopyButton } from '../../../common/CopyButton';
import { LoadFailure } from '../../../common/LoadFailure';
import { Loading } from '../../../common/Loading';
import { Conversation } from '../Conversation';
import { readMessages } from '../messages';
import { CellValue } from './CellValue';

interface RowPaneProps {
  readonly datasetId: string;
  readonly textColumn: string | null;
  readonly sample: RowRef;
  readonly onClose: () => void;
}

/** One sample in full beside the table, with its own address. */
export function RowPane({ datasetId, textColumn, sample, onClose }: RowPaneProps) {
  const { split, row } = sample;
  const load = useCallback(
    (signal: AbortSignal) => getDatasetSample(datasetId, { split, row }, signal),
    [datasetId, split, row],
  );
  const { state, reload } = useResource(load);
  return (
    <aside
      aria-label={`Row ${row} of ${split}`}
      className="w-[28rem] max-lg:w-full shrink-0 max-h-[65vh] overflow-y-auto bg-slate-800/30 rounded-lg p-4 text-sm space-y-3"
    >
      <PaneHead
        datasetId={datasetId}
        textColumn={textColumn}
        sample={sample}
        loaded={state.kind === 'loaded' ? state.value : null}
        onClose={onClose}
      />
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={reload} />}
      {state.kind === 'loading' && <Loading>Loading the row…</Loading>}
      {state.kind === 'loaded' && <PaneValues values={listValues(state.value, textColumn)} />}
    </aside>
  );
}

interface PaneHeadProps extends RowPaneProps {
  readonly loaded: SampleDetail | null;
}

function PaneHead({ datasetId, textColumn, sample, loaded, onClose }: PaneHeadProps) {
  const route = makeDatasetRoute(datasetId, { tab: 'samples', layout: 'table', sample });
  const link = `${window.location.origin}${formatRoute(route)}`;
  return (
    <div className="flex items-center gap-3">
      <h3 className="font-medium flex-1">
        Row {formatCount(sample.row)} • {sample.split}
      </h3>
      <CopyLink link={link} />
      {loaded !== null && (
        <CopyButton
          label="Copy the row as JSON"
          text={JSON.stringify(Object.fromEntries(listValues(loaded, textColumn)), null, 2)}
        />
      )}
      <button
        type="button"
        aria-label="Close the row"
        onClick={onClose}
        className="text-slate-400 hover:text-slate-200"
      >
        <X className="w-5 h-5" aria-hidden="true" />
      </button>
    </div>
  );
}

function CopyLink({ link }: { readonly link: string }) {
  return (
    <span className="flex items-center gap-1">
      <a href={link} className="text-emerald-400 hover:underline">
        Link
      </a>
      <CopyButton label="Copy the link to this row" text={link} />
    </span>
  );
}

/** Return the values of a row by column, its text first unless a column has it. */
function listValues(sample: SampleDetail, textColumn: string | null): readonly [string, unknown][] {
  const columns = Object.entries(sample.columns);
  const name = textColumn ?? 'text';
  if (columns.some(([column]) => column === name)) return columns;
  return [[name, sample.text_is_null ? null : sample.text], ...columns];
}

function PaneValues({ values }: { readonly values: readonly [string, unknown][] }) {
  return (
    <dl className="space-y-3">
      {values.map(([name, value]) => (
        <div key={name}>
          <dt className="text-xs text-slate-400">
            <bdi>{name}</bdi>
          </dt>
          <dd className="whitespace-pre-wrap wrap-anywhere">
            <PaneValue name={name} value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function PaneValue({ name, value }: { readonly name: string; readonly value: unknown }) {
  const messages = readMessages(value);
  if (messages !== null) return <Conversation messages={messages} label={`Messages of ${name}`} />;
  return <CellValue value={value} />;
}
