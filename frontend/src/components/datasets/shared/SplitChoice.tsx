import type { ReactNode } from 'react';

interface SplitChoiceProps {
  /** The known splits; empty while they are unknown. */
  readonly splits: readonly string[];
  /** Empty: all splits. */
  readonly selected: readonly string[];
  readonly onChange: (splits: string[]) => void;
  /** What is shown while no split is known. */
  readonly unknownText?: string;
  readonly children?: ReactNode;
}

/** A checkbox for each split; all unticked means every split. */
export function SplitChoice(props: SplitChoiceProps) {
  const { splits, selected, onChange, children } = props;
  const { unknownText = 'Enter a repository to choose its splits.' } = props;
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
        {allSplits.length === 0 ? unknownText : 'Leave all unticked for every split.'}
      </p>
      {children}
    </fieldset>
  );
}
