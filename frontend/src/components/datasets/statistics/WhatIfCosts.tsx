import { useState } from 'react';
import { Legend, Line, LineChart, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import type { WhatIf, WhatIfLayout, WhatIfOption } from '../../../types/dataset';
import { formatCount, formatFileSize, formatPercent } from '../../../utils/formatters';

const LAYOUTS = [
  ['ragged', 'Ragged'],
  ['padded', 'Padded'],
  ['packed', 'Packed'],
] as const;

/** A slider over the lengths, the curve of what each loses, and the costs of the selected one. */
export function WhatIfCosts({ whatIf }: { readonly whatIf: WhatIf }) {
  const { options, estimate, documents_counted, tokenizer } = whatIf;
  const [selected, setSelected] = useState(options.length - 1);
  const option = options[selected];
  if (option === undefined) {
    return null;
  }
  return (
    <>
      {estimate && (
        <p className="text-sm text-slate-400">
          Estimate for {tokenizer} from {formatCount(documents_counted)} documents.
        </p>
      )}
      <LengthSlider options={options} selected={selected} onSelect={setSelected} />
      <LossCurve options={options} selected={option} />
      <CostTable option={option} />
    </>
  );
}

interface LengthSliderProps {
  readonly options: readonly WhatIfOption[];
  readonly selected: number;
  readonly onSelect: (index: number) => void;
}

function LengthSlider({ options, selected, onSelect }: LengthSliderProps) {
  const length = formatCount(options[selected]?.max_length);
  return (
    <label className="block text-sm text-slate-300">
      max_length: <span className="tabular-nums font-medium">{length}</span>
      <input
        type="range"
        min={0}
        max={options.length - 1}
        value={selected}
        aria-valuetext={`${length} tokens`}
        onChange={({ target }) => onSelect(Number(target.value))}
        className="block w-full accent-emerald-500 mt-2"
      />
    </label>
  );
}

interface LossCurveProps {
  readonly options: readonly WhatIfOption[];
  readonly selected: WhatIfOption;
}

function LossCurve({ options, selected }: LossCurveProps) {
  const data = options.map(({ max_length, ragged, padded }) => ({
    length: formatCount(max_length),
    lost: 100 * ragged.lost_share,
    padding: 100 * padded.padding_share,
  }));
  return (
    <div className="h-56" aria-hidden="true">
      <ResponsiveContainer width="100%" height="100%">
        <LineChart data={data} accessibilityLayer={false}>
          <XAxis dataKey="length" tick={{ fill: '#94a3b8', fontSize: 12 }} stroke="#334155" />
          <YAxis unit="%" domain={[0, 100]} tick={{ fill: '#94a3b8', fontSize: 12 }} stroke="#334155" />
          <Tooltip
            contentStyle={{ background: '#0f172a', border: '1px solid #334155', borderRadius: 8 }}
            formatter={(share, name) => [formatPercent(Number(share)), name]}
          />
          <Legend wrapperStyle={{ fontSize: 12 }} />
          <ReferenceLine x={formatCount(selected.max_length)} stroke="#94a3b8" strokeDasharray="3 3" />
          <Line name="Tokens lost" dataKey="lost" stroke="#f87171" dot={false} isAnimationActive={false} />
          <Line name="Padding" dataKey="padding" stroke="#60a5fa" dot={false} isAnimationActive={false} />
        </LineChart>
      </ResponsiveContainer>
    </div>
  );
}

const COSTS: readonly (readonly [string, (layout: WhatIfLayout) => string])[] = [
  ['Rows', ({ rows }) => formatCount(rows)],
  ['Tokens lost', ({ lost_share }) => formatPercent(100 * lost_share)],
  ['Padding', ({ padding_share }) => formatPercent(100 * padding_share)],
  ['Size', ({ size_bytes }) => formatFileSize(size_bytes)],
];

function CostTable({ option }: { readonly option: WhatIfOption }) {
  return (
    <div className="overflow-x-auto">
      <p role="status" className="text-sm text-slate-400 mb-2">
        {formatPercent(100 * option.fit_share)} of documents fit ({formatCount(option.documents_fit)}).
      </p>
      <table className="w-full text-sm text-slate-300 tabular-nums">
        <caption className="sr-only">Costs at {formatCount(option.max_length)} tokens per row</caption>
        <LayoutHeader />
        <tbody>
          {COSTS.map(([name, format]) => (
            <CostRow key={name} name={name} costs={LAYOUTS.map(([layout]) => format(option[layout]))} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function LayoutHeader() {
  return (
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
  );
}

function CostRow({ name, costs }: { readonly name: string; readonly costs: readonly string[] }) {
  return (
    <tr className="text-right border-t border-slate-800">
      <th scope="row" className="text-left font-normal py-1">
        {name}
      </th>
      {costs.map((cost, index) => (
        <td key={index} className="pl-3">
          {cost}
        </td>
      ))}
    </tr>
  );
}
