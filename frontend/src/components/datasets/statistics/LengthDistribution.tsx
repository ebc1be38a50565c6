import { useState } from 'react';
import { Bar, BarChart, LabelList, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import type { LengthBin, TokenStatistics } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { card } from '../../common/styles';

const ROW_PX = 26;
const DIGIT_PX = 7;
const GAP_PX = 12;
/** The least width of a bar, so that a small count stays visible; a zero count has no bar but keeps its row. */
const MIN_BAR_PX = 2;
const ZERO_BAR_PX = 0.001;
const EMERALD = '#10b981';
const SLATE = '#94a3b8';

const TRACK = '#1e293b';
const RANGE_AXIS = {
  type: 'category',
  dataKey: 'range',
  interval: 0,
  axisLine: false,
  tickLine: false,
  tick: { fill: SLATE, fontSize: 12 },
} as const;
const TOOLTIP_STYLE = {
  cursor: { fill: TRACK },
  contentStyle: { background: '#0f172a', border: '1px solid #334155', borderRadius: 8 },
} as const;
const BAR = {
  dataKey: 'count',
  fill: EMERALD,
  radius: 4,
  minPointSize: (count: number | undefined | null) => (count === 0 ? ZERO_BAR_PX : MIN_BAR_PX),
  isAnimationActive: false,
  background: { fill: TRACK, radius: 4 },
} as const;
const BAR_LABEL = { dataKey: 'count', position: 'right', fill: SLATE, fontSize: 12 } as const;

interface LengthRow {
  readonly range: string;
  readonly count: number;
}

/** The number of samples by length, as bars and as a table; it starts logarithmic if one bar has nearly all samples. */
export function LengthDistribution({ tokens }: { readonly tokens: TokenStatistics }) {
  const [logarithmic, setLogarithmic] = useState(() => tokens.p99 <= (tokens.linear_bins[0]?.end ?? 0));
  const bins = logarithmic ? tokens.logarithmic_bins : tokens.linear_bins;
  const rows = bins.map((bin) => ({ range: formatRange(bin), count: bin.count }));
  return (
    <section aria-labelledby="length-distribution" className={card}>
      <div className="flex items-center justify-between gap-4 mb-4">
        <h3 id="length-distribution" className="font-semibold">
          Sequence Length Distribution
        </h3>
        <Button
          look="quiet"
          aria-pressed={logarithmic}
          onClick={() => setLogarithmic(!logarithmic)}
          className="text-sm aria-pressed:bg-emerald-800"
        >
          Use log scale
        </Button>
      </div>
      <LengthChart rows={rows} />
      <LengthTable rows={rows} />
    </section>
  );
}

function LengthChart({ rows }: { readonly rows: readonly LengthRow[] }) {
  const right = estimateWidth(rows.map(({ count }) => formatCount(count)));
  return (
    <div style={{ height: rows.length * ROW_PX }}>
      <ResponsiveContainer width="100%" height="100%">
        <BarChart data={rows} layout="vertical" margin={{ right }} title="Samples by length in tokens">
          <XAxis type="number" domain={[0, 'dataMax']} hide />
          <YAxis {...RANGE_AXIS} width={estimateWidth(rows.map(({ range }) => range))} />
          <Tooltip
            {...TOOLTIP_STYLE}
            formatter={(count) => [formatPlural(Number(count), 'sample'), 'Samples']}
            labelFormatter={(range) => (typeof range === 'string' ? `${range} tokens` : range)}
          />
          <Bar {...BAR}>
            <LabelList {...BAR_LABEL} formatter={(count) => formatCount(Number(count))} />
          </Bar>
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function LengthTable({ rows }: { readonly rows: readonly LengthRow[] }) {
  return (
    <table className="sr-only">
      <caption>Samples by length in tokens</caption>
      <thead>
        <tr>
          <th scope="col">Tokens</th>
          <th scope="col">Samples</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ range, count }) => (
          <tr key={range}>
            <th scope="row">{range}</th>
            <td>{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Estimate the width of the longest label, in pixels. */
function estimateWidth(figures: readonly string[]): number {
  return GAP_PX + DIGIT_PX * Math.max(0, ...figures.map(({ length }) => length));
}

function formatRange({ start, end }: LengthBin): string {
  return start === end ? formatCount(start) : `${formatCount(start)}–${formatCount(end)}`;
}
