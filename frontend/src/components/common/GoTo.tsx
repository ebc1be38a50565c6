import { type SyntheticEvent, useState } from 'react';

import { formatCount } from '../../utils/formatters';
import { quietButton, smallInput } from './styles';

interface GoToProps {
  readonly id: string;
  /** What is counted: "Page", "Row". */
  readonly label: string;
  /** Where one is, from 1. */
  readonly value: number;
  readonly count: number;
  readonly onGo: (value: number) => void;
}

/** Where one is among many, and how to get anywhere else; what is beyond the end leads to the end. */
export function GoTo({ id, label, value, count, onGo }: GoToProps) {
  const [typed, setTyped] = useState(String(value));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const wanted = Math.min(count, Math.max(1, Math.round(Number(typed))));
    if (Number.isNaN(wanted)) {
      setTyped(String(value));
    } else {
      setTyped(String(wanted));
      if (wanted !== value) onGo(wanted);
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
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className={`w-20 max-sm:w-14 ${smallInput}`}
      />
      of {formatCount(count)}
      <button type="submit" className={quietButton}>
        Go
      </button>
    </form>
  );
}
