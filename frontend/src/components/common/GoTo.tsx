import { type SyntheticEvent, useState } from 'react';

import { formatCount } from '../../utils/formatters';
import { smallInput, waitingButton } from './styles';

interface GoToProps {
  readonly id: string;
  /** What is counted: "Page", "Row". */
  readonly label: string;
  /** Where one is, from `first` on. */
  readonly value: number;
  readonly count: number;
  /** The number of the first one. */
  readonly first?: number;
  /** Whether one can go nowhere for now; what is typed stays. */
  readonly busy?: boolean;
  readonly onGo: (value: number) => void;
}

/** Where one is among many, and how to get anywhere else; what is beyond the end leads to the end. */
export function GoTo({ id, label, value, count, first = 1, busy = false, onGo }: GoToProps) {
  const last = first + count - 1;
  const [draft, setDraft] = useState(String(value));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (busy) {
      return;
    }
    const target = Math.min(last, Math.max(first, Math.round(Number(draft))));
    if (Number.isNaN(target)) {
      setDraft(String(value));
    } else {
      setDraft(String(target));
      if (target !== value) onGo(target);
    }
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex items-center gap-2 text-sm text-slate-400 tabular-nums"
    >
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        inputMode="numeric"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        className={`w-20 max-sm:w-14 ${smallInput}`}
      />
      {first === 1 ? `of ${formatCount(count)}` : `from ${formatCount(first)} to ${formatCount(last)}`}
      <button type="submit" aria-disabled={busy} className={waitingButton}>
        Go
      </button>
    </form>
  );
}
