import { type SyntheticEvent, useState } from 'react';

import { formatCount } from '../../utils/formatters';
import { Button } from './Button';
import { smallInput } from './styles';

interface GoToProps {
  readonly id: string;
  /** What is numbered: "Page", "Row". */
  readonly label: string;
  /** The current number. */
  readonly value: number;
  readonly count: number;
  /** The first number. */
  readonly first?: number;
  /** Ignores submits while true; keeps what is typed. */
  readonly busy?: boolean;
  readonly onGo: (value: number) => void;
}

/** The current number among many, and a field to go to another one; a number out of range goes to the nearest end. */
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
      <Button look="waiting" type="submit" aria-disabled={busy}>
        Go
      </Button>
    </form>
  );
}
