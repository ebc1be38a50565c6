import type { DatasetStatus, Tokenization } from '../../types/dataset';

type Status = DatasetStatus | Tokenization['status'];

const COLOURS: Readonly<Record<Status, string>> = {
  queued: 'text-slate-300',
  cancelled: 'text-slate-300',
  downloading: 'text-blue-400',
  processing: 'text-yellow-400',
  ready: 'text-emerald-400',
  error: 'text-red-400',
};

interface StatusBadgeProps {
  readonly status: Status;
  /** Whether a user cancelled the job; shown in a neutral colour, because it is not a failure. */
  readonly cancelled?: boolean;
}

/** A status as a word in its colour. */
export function StatusBadge({ status, cancelled = false }: StatusBadgeProps) {
  const colour = cancelled ? 'text-slate-300' : COLOURS[status];
  return (
    <span className={`rounded-full px-3 py-1 bg-slate-800 text-sm capitalize ${colour}`}>
      {cancelled ? 'cancelled' : status}
    </span>
  );
}
