import { useCallback, useState } from 'react';
import { Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import { getWhatIf } from '../../api/datasets';
import { useResource } from '../../hooks/useResource';
import type { WhatIfLayout, WhatIfOption } from '../../types/dataset';
import { formatCount, formatFileSize, formatPercent } from '../../utils/formatters';
import { LoadFailure } from '../common/LoadFailure';
import { card } from '../common/styles';

interface WhatIfPanelProps {
  readonly datasetId: string;
  readonly tokenization: string;
  /** Tokens of the longest sample: beyond it, nothing changes. */
  readonly longest: number;
}

const LENGTHS = [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768];
const LAYOUTS = [
  ['ragged', 'Ragged'],
  ['padded', 'Padded'],
  ['packed', 'Packed'],
] as const;

/** What a max_length would cost, before it is run: a slider over the usual lengths, and the curve of what is lost. */
export function WhatIfPanel({ datasetId, tokenization, longest }: WhatIfPanelProps) {
  const beyond = LENGTHS.findIndex((length) => length >= longest);
  const lengths = beyond < 0 ? LENGTHS : LENGTHS.slice(0, Math.max(2, beyond + 1));
  const key = lengths.join(' ');
  const { state, again } = useResource(
    useCallback(
      (signal: AbortSignal) => getWhatIf(datasetId, { tokenization }, key.split(' ').map(Number), signal),
      [datasetId, tokenization, key],
    ),
  );
  const [chosen, setChosen] = useState(lengths.length - 1);
  const options = state.kind === 'loaded' ? state.value.options : [];
  const option = options[Math.min(chosen, options.length - 1)];
  return (
    <section aria-labelledby="what-if" className={`${card} space-y-4`}>
      <h4 id="what-if" className="font-semibold">
        What would max_length cost?
      </h4>
      {state.kind === 'failed' && <LoadFailure error={state.error} onRetry={again} />}
      {state.kind === 'loading' && <p role="status">Counting…</p>}
      {state.kind === 'loaded' && state.value.estimate && (
        <p className="text-sm text-slate-400">
          An estimate, from {formatCount(state.value.documents_counted)} documents.
        </p>
      )}
      {option !== undefined && (
        <>
          <label className="block text-sm text-slate-300">
            max_length: <span className="tabular-nums font-medium">{formatCount(option.max_length)}</span>
            <input
              type="range"
              min={0}
              max={options.length - 1}
              value={Math.min(chosen, options.length - 1)}
              aria-valuetext={`${formatCount(option.max_length)} tokens`}
              onChange={({ target }) => setChosen(Number(target.value))}
              className="block w-full accent-emerald-500 mt-2"
            />
          </label>
          <Curve options={options} />
          <Costs option={option} />
        </>
      )}
    </section>
  );
}

function Curve({ options }: { readonly options: readonly WhatIfOption[] }) {
  const data = options.map(({ max_length, ragged, padded }) => ({
    length: formatCount(max_length),
    lost: 100 * ragged.lost_share,
    padding: 100 * padded.padding_share,
  }));
  return (
    <div className="h-48" aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={data} accessibilityLayer={false}>
          <XAxis dataKey="length" tick={{ fill: '#94a3b8', fontSize: 12 }} stroke="#334155" />
          <YAxis unit="%" domain={[0, 100]} tick={{ fill: '#94a3b8', fontSize: 12 }} stroke="#334155" />
          <Tooltip
            contentStyle={{ background: '#0f172a', border: '1px solid #334155', borderRadius: 8 }}
            formatter={(share, name) => [formatPercent(Number(share)), name]}
          />
          <Line name="Tokens cut" dataKey="lost" stroke="#f87171" dot={false} isAnimationActive={false} />
          <Line name="Padding" dataKey="padding" stroke="#60a5fa" dot={false} isAnimationActive={false} />
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}

function Costs({ option }: { readonly option: WhatIfOption }) {
  const rows: [string, (layout: WhatIfLayout) => string][] = [
    ['Rows', ({ rows: count }) => formatCount(count)],
    ['Tokens lost', ({ lost_share }) => formatPercent(100 * lost_share)],
    ['Padding', ({ padding_share }) => formatPercent(100 * padding_share)],
    ['Size', ({ size_bytes }) => formatFileSize(size_bytes)],
  ];
  return (
    <div className="overflow-x-auto">
      <p role="status" className="text-sm text-slate-400 mb-2">
        {formatPercent(100 * option.fit_share)} of the documents fit ({formatCount(option.documents_fit)}).
      </p>
      <table className="w-full text-sm text-slate-300 tabular-nums">
        <caption className="sr-only">What {formatCount(option.max_length)} tokens per row would cost</caption>
        <thead>
          <tr className="text-slate-400 text-right">
            <td />
            {LAYOUTS.map(([layout, name]) => (
              <th key={layout} scope="col" className="font-normal py-1 pl-3">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, shown]) => (
            <tr key={name} className="text-right border-t border-slate-800">
              <th scope="row" className="text-left font-normal py-1">
                {name}
              </th>
              {LAYOUTS.map(([layout]) => (
                <td key={layout} className="pl-3">
                  {shown(option[layout])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
