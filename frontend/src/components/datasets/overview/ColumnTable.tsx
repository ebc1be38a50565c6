import { useState } from 'react';

import type { ColumnProfile, Dataset } from '../../../types/dataset';
import { formatCount, formatDecimal, formatPercent, UNKNOWN } from '../../../utils/formatters';
import { formatRoute, makeDatasetRoute } from '../../../utils/route';
import { Button } from '../../common/Button';
import { useColumnProfiles } from '../shared/useColumnProfiles';

interface ColumnTableProps {
  readonly dataset: Pick<Dataset, 'id' | 'metadata'>;
}

/** The columns of a ready dataset with their figures; each leads to the table of samples. */
export default function ColumnTable({ dataset }: ColumnTableProps) {
  const [isWanted, setWanted] = useState(false);
  const profiles = useColumnProfiles(dataset.id, isWanted);
  const known = new Map(profiles?.data.map((profile) => [profile.name, profile]));
  return (
    <section aria-labelledby="overview-columns">
      <h3 id="overview-columns" className="text-lg font-semibold mb-4">
        Columns
      </h3>
      {profiles?.state === 'none' && (
        <Button look="link" className="mb-2" onClick={() => setWanted(true)}>
          Count nulls, distinct and frequent values
        </Button>
      )}
      {profiles?.state === 'building' && (
        <p role="status" className="text-sm text-slate-400 tabular-nums mb-2">
          Profiling columns: {formatPercent(profiles.progress)}
        </p>
      )}
      <div className="overflow-x-auto max-h-96 bg-slate-800/30 rounded-lg">
        <table className="w-full text-sm">
          <thead className="text-left text-slate-400 sticky top-0 bg-slate-800">
            <tr>
              {['Column', 'Type', 'Null', 'Distinct', 'Smallest', 'Greatest', 'Mean', 'Most frequent'].map(
                (head) => (
                  <th key={head} scope="col" className="font-normal px-3 py-2">
                    {head}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {dataset.metadata.columns.map(({ name, type, feature }) => (
              <ColumnRow
                key={name}
                datasetId={dataset.id}
                name={name}
                type={feature ?? type}
                profile={known.get(name) ?? null}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface ColumnRowProps {
  readonly datasetId: string;
  readonly name: string;
  readonly type: string;
  readonly profile: ColumnProfile | null;
}

function ColumnRow({ datasetId, name, type, profile }: ColumnRowProps) {
  const route = makeDatasetRoute(datasetId, { tab: 'samples', layout: 'table' });
  return (
    <tr className="border-t border-slate-800 align-top">
      <th scope="row" className="px-3 py-1.5 text-left font-medium">
        <a href={formatRoute(route)} className="hover:text-emerald-400 hover:underline">
          <bdi>{name}</bdi>
        </a>
      </th>
      <td className="px-3 py-1.5 font-mono text-xs text-slate-400">{type}</td>
      {describeProfile(profile).map(([head, text]) => (
        <td key={head} className="px-3 py-1.5 tabular-nums max-w-60 truncate" title={text}>
          <bdi>{text}</bdi>
        </td>
      ))}
    </tr>
  );
}

/** List the figures of a column; of texts and lists, smallest, greatest and mean are of their lengths. */
function describeProfile(profile: ColumnProfile | null): readonly [string, string][] {
  const heads = ['null', 'distinct', 'min', 'max', 'mean', 'top'] as const;
  if (profile === null) return heads.map((head) => [head, UNKNOWN]);
  const { nulls, distinct, distinct_is_exact, min, max, mean, top, measure } = profile;
  const unit = measure === 'length' ? ' long' : '';
  const show = (value: unknown): string =>
    value === null ? UNKNOWN : `${typeof value === 'string' ? value : JSON.stringify(value)}${unit}`;
  const count = distinct === null ? UNKNOWN : `${distinct_is_exact ? '' : '≈ '}${formatCount(distinct)}`;
  const average = mean === null ? UNKNOWN : `${formatDecimal(mean)}${unit}`;
  const frequent = top
    .slice(0, 3)
    .map(({ value, count: rows }) => `${JSON.stringify(value)} (${formatCount(rows)})`);
  const texts = [formatCount(nulls), count, show(min), show(max), average, frequent.join(', ') || UNKNOWN];
  return heads.map((head, index) => [head, texts[index] ?? UNKNOWN]);
}
