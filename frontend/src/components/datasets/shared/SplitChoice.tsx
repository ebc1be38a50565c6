import type { ReactNode } from 'react';

interface SplitChoiceProps {
  /** The splits that the Hub names; empty while it has not been asked. */
  readonly splits: readonly string[];
  /** Empty: all. */
  readonly selected: readonly string[];
  readonly onChange: (splits: string[]) => void;
  readonly children?: ReactNode;
}

/** Which splits are fetched; none ticked means all. */
export function SplitChoice({ splits, selected, onChange, children }: SplitChoiceProps) {
  const allSplits = [...splits, ...selected.filter((split) => !splits.includes(split))];
  const toggle = (split: string, on: boolean): void =>
    onChange(on ? [...selected, split] : selected.filter((other) => other !== split));
  return (
    <fieldset>
      <legend className="block text-sm font-medium text-slate-300 mb-2">Splits</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        {allSplits.map((split) => (
          <label key={split} className="flex items-center gap-2 text-sm text-slate-300">
            <input
              type="checkbox"
              checked={selected.includes(split)}
              onChange={(event) => toggle(split, event.target.checked)}
              className="w-4 h-4 accent-emerald-600"
            />
            {split}
          </label>
        ))}
      </div>
      <p className="mt-1 text-sm text-slate-400">
        {allSplits.length === 0
          ? 'Known once the repository is. All are fetched.'
          : 'None ticked: all of them.'}
      </p>
      {children}
    </fieldset>
  );
}
