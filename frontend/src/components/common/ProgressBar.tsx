import type { ReactNode } from 'react';

import { clampPercent, formatPercent } from '../../utils/formatters';

interface ProgressBarProps {
  /** A percentage, clamped to 0–100; null if the total is unknown. */
  readonly value: number | null;
  /** The accessible name. */
  readonly label: string;
  /** Whether the percentage is of all phases, while the text tells of one. */
  readonly overall?: boolean;
  /** The text beside the percentage. */
  readonly children?: ReactNode;
}

/** A progress bar with its text; its layout does not change while the progress does. */
export function ProgressBar({ value, label, overall = false, children }: ProgressBarProps) {
  const percent = value === null ? null : clampPercent(value);
  return (
    <div className="space-y-2">
      <div
        className="bg-slate-800 rounded-full h-2 overflow-hidden"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === null ? {} : { 'aria-valuenow': Number(percent.toFixed(1)) })}
      >
        <ProgressFill percent={percent} />
      </div>
      <div className="flex justify-between gap-4 text-sm text-slate-400 tabular-nums min-h-5 max-sm:min-h-10">
        <span className="min-w-0 break-words">{children}</span>
        {percent !== null && (
          <span className="shrink-0">
            <span>{formatPercent(percent)}</span>
            {overall && ' overall'}
          </span>
        )}
      </div>
    </div>
  );
}

function ProgressFill({ percent }: { readonly percent: number | null }) {
  const animation = percent === null ? ' w-full animate-pulse motion-reduce:animate-none opacity-50' : '';
  const style = percent === null ? {} : { style: { width: `${percent}%` } };
  return (
    <div className={`bg-emerald-500 h-2 rounded-full transition-all duration-300${animation}`} {...style} />
  );
}
