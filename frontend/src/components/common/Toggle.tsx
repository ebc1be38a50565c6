import { tile } from './styles';

interface ToggleProps {
  readonly id: string;
  readonly label: string;
  /** What the switch does. */
  readonly note: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
}

/** A labelled switch with a note. */
export function Toggle({ id, label, note, on, onChange }: ToggleProps) {
  return (
    <div className={`${tile} flex items-center justify-between gap-4`}>
      <div>
        <span id={`${id}-label`} className="text-sm font-medium text-slate-300">
          {label}
        </span>
        <p id={`${id}-note`} className="text-sm text-slate-400">
          {note}
        </p>
      </div>
      <button
        id={id}
        type="button"
        role="switch"
        aria-checked={on}
        aria-labelledby={`${id}-label`}
        aria-describedby={`${id}-note`}
        onClick={() => onChange(!on)}
        className={`relative w-12 h-6 shrink-0 rounded-full transition-colors ${on ? 'bg-emerald-600' : 'bg-slate-600'}`}
      >
        <span
          className={`absolute top-1 left-1 w-4 h-4 bg-white rounded-full transition-transform ${on ? 'translate-x-6' : ''}`}
        />
      </button>
    </div>
  );
}
