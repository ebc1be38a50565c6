interface SplitSelectProps {
  readonly splits: readonly string[];
  /** Null: all splits. */
  readonly value: string | null;
  readonly onChange: (split: string | null) => void;
}

/** The value for all splits; no split has an empty name. */
const ALL = '';

/** Selects the shown split. */
export function SplitSelect({ splits, value, onChange }: SplitSelectProps) {
  const options = value === null || splits.includes(value) ? splits : [...splits, value];
  return (
    <select
      aria-label="Split"
      value={value ?? ALL}
      onChange={({ target }) => onChange(target.value === ALL ? null : target.value)}
      className="px-4 py-2 bg-slate-900 border border-slate-700 rounded-lg focus:outline-none focus:border-emerald-500 max-w-full"
    >
      <option value={ALL}>All Splits</option>
      {options.map((split) => (
        <option key={split} value={split}>
          {split}
        </option>
      ))}
    </select>
  );
}
