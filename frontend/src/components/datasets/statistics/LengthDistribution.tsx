import { useState } from 'react';
import { Bar, BarChart, LabelList, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';

import type { LengthBin, TokenStatistics } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { card, textButton } from '../../common/styles';

const ROW_PX = 26;
const DIGIT_PX = 7;
const GAP_PX = 12;
/** The least width of a bar, so that a small count stays visible; a zero count has no bar but keeps its row. */
const MIN_BAR_PX = 2;
const ZERO_BAR_PX = 0.001;
const EMERALD = '#10b981';
const SLATE = '#94a3b8';

/** The number of samples by length, as bars and as a table; it starts logarithmic if one bar has nearly all samples. */
export function LengthDistribution({ tokens }: { readonly tokens: TokenStatistics }) {
  const [logarithmic, setLogarithmic] = useState(() => tokens.p99 <= (tokens.linear_bins[0]?.end ?? 0));
  const bins = logarithmic ? tokens.logarithmic_bins : tokens.linear_bins;
  const data = bins.map((bin) => ({ range: formatRange(bin), count: bin.count }));
  return (
    <section aria-labelledby="length-distribution" className={card}>
      <div className="flex items-center justify-between gap-4 mb-4">
        <h3 id="length-distribution" className="font-semibold">
          Sequence Length Distribution
        </h3>
        <button
          type="button"
          aria-pressed={logarithmic}
          onClick={() => setLogarithmic(!logarithmic)}
          className={textButton}
        >
          Use log scale
        </button>
      </div>
      <div style={{ height: data.length * ROW_PX }}>
        <ResponsiveContainer width="100%" height="100%">
          <BarChart
            data={data}
            layout="vertical"
            margin={{ right: estimateWidth(data.map(({ count }) => formatCount(count))) }}
            title="Samples by length in tokens"
          >
            <XAxis type="number" domain={[0, 'dataMax']} hide />
            <YAxis
              type="category"
              dataKey="range"
              width={estimateWidth(data.map(({ range }) => range))}
              interval={0}
              axisLine={false}
              tickLine={false}
              tick={{ fill: SLATE, fontSize: 12 }}
            />
            <Tooltip
              cursor={{ fill: '#1e293b' }}
              contentStyle={{ background: '#0f172a', border: '1px solid #334155', borderRadius: 8 }}
              formatter={(count) => [formatPlural(Number(count), 'sample'), 'Samples']}
              labelFormatter={(range) => (typeof range === 'string' ? `${range} tokens` : range)}
            />
            <Bar
              dataKey="count"
              fill={EMERALD}
              radius={4}
              minPointSize={(count) => (count === 0 ? ZERO_BAR_PX : MIN_BAR_PX)}
              isAnimationActive={false}
              background={{ fill: '#1e293b', radius: 4 }}
            >
              <LabelList
                dataKey="count"
                position="right"
                fill={SLATE}
                fontSize={12}
                formatter={(count) => formatCount(Number(count))}
              />
            </Bar>
          </BarChart>
        </ResponsiveContainer>
      </div>
      <table className="sr-only">
        <caption>Samples by length in tokens</caption>
        <thead>
          <tr>
            <th scope="col">Tokens</th>
            <th scope="col">Samples</th>
          </tr>
        </thead>
        <tbody>
          {data.map(({ range, count }) => (
            <tr key={range}>
              <th scope="row">{range}</th>
              <td>{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Estimate the width of the longest label, in pixels. */
function estimateWidth(figures: readonly string[]): number {
  return GAP_PX + DIGIT_PX * Math.max(0, ...figures.map(({ length }) => length));
}

function formatRange({ start, end }: LengthBin): string {
  return start === end ? formatCount(start) : `${formatCount(start)}–${formatCount(end)}`;
}
