import type { SampleLayout } from '../../../../utils/route';

interface LayoutSwitchProps {
  readonly value: SampleLayout;
  readonly onChange: (value: SampleLayout) => void;
}

const LAYOUTS: readonly [SampleLayout, string][] = [
  ['cards', 'Cards'],
  ['table', 'Table'],
];

/** Switches between the cards and the table of samples. */
export function LayoutSwitch({ value, onChange }: LayoutSwitchProps) {
  return (
    <div role="group" aria-label="Show samples as" className="flex rounded bg-slate-800 p-0.5 text-sm">
      {LAYOUTS.map(([layout, label]) => (
        <button
          key={layout}
          type="button"
          aria-pressed={value === layout}
          onClick={() => onChange(layout)}
          className={`px-3 py-1 rounded ${value === layout ? 'bg-slate-600 text-slate-100' : 'text-slate-400 hover:text-slate-200'}`}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
