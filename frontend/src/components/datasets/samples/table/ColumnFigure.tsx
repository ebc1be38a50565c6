import type { ColumnProfile } from '../../../../types/dataset';
import { formatCount, formatPlural } from '../../../../utils/formatters';
import { formatCondition } from './conditions';

interface ColumnFigureProps {
  readonly profile: ColumnProfile;
  /** Called with the conditions that a bar or a value stands for. */
  readonly onFilter: (conditions: readonly string[]) => void;
}

const MOST_VALUES = 12;

/** A column at a glance: a bar per range of values or per frequent value; a click filters by it. */
export function ColumnFigure({ profile, onFilter }: ColumnFigureProps) {
  const bars =
    profile.distinct !== null && profile.distinct <= MOST_VALUES ? listValues(profile) : listRanges(profile);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <div className="space-y-1">
      <div role="group" aria-label={`Values of ${profile.name}`} className="flex items-end gap-px h-8">
        {bars.map((bar) => (
          <Bar key={bar.label} bar={bar} share={bar.count / most} onFilter={onFilter} />
        ))}
      </div>
      <NullsAndDistinct profile={profile} onFilter={onFilter} />
    </div>
  );
}

interface FigureBar {
  readonly label: string;
  readonly count: number;
  /** Null where no condition finds these rows. */
  readonly conditions: readonly string[] | null;
}

interface BarProps {
  readonly bar: FigureBar;
  readonly share: number;
  readonly onFilter: ColumnFigureProps['onFilter'];
}

function Bar({ bar, share, onFilter }: BarProps) {
  const title = `${bar.label}: ${formatPlural(bar.count, 'row')}`;
  const { conditions } = bar;
  const height = { height: `${bar.count === 0 ? 0 : Math.max(6, share * 100)}%` };
  return (
    <button
      type="button"
      title={title}
      aria-label={title}
      disabled={conditions === null || bar.count === 0}
      onClick={() => conditions !== null && onFilter(conditions)}
      className="flex-1 min-w-0 h-full flex items-end group"
    >
      <span style={height} className="w-full bg-emerald-600 group-enabled:group-hover:bg-emerald-400" />
    </button>
  );
}

function listValues({ name, top }: ColumnProfile): readonly FigureBar[] {
  return top.map(({ value, count, is_cut }) => ({
    label: `${JSON.stringify(value)}${is_cut ? '…' : ''}`,
    count,
    conditions: is_cut ? null : [formatCondition(name, '=', value)],
  }));
}

function listRanges({ name, measure, histogram }: ColumnProfile): readonly FigureBar[] {
  return histogram.map(({ from, to, count }) => ({
    label: `${measure === 'length' ? 'length ' : ''}${String(from)} up to ${String(to)}`,
    count,
    conditions:
      measure === 'length' ? null : [formatCondition(name, '>=', from), formatCondition(name, '<', to)],
  }));
}

function NullsAndDistinct({ profile, onFilter }: ColumnFigureProps) {
  const { name, nulls, distinct, distinct_is_exact } = profile;
  return (
    <p className="flex flex-wrap gap-x-2 text-xs font-normal text-slate-400">
      {distinct !== null && (
        <span>
          {distinct_is_exact ? '' : '≈ '}
          {formatCount(distinct)} distinct
        </span>
      )}
      {nulls > 0 && (
        <button
          type="button"
          className="underline hover:text-slate-200"
          onClick={() => onFilter([formatCondition(name, 'is_null')])}
        >
          {formatCount(nulls)} null
        </button>
      )}
    </p>
  );
}
