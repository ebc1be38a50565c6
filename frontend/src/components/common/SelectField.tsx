import type { ReactNode } from 'react';

import { input, label as labelStyle } from './styles';

interface SelectFieldProps<Value extends string> {
  readonly id: string;
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly onChange: (value: Value) => void;
  /** The notes below the field, which describe it. */
  readonly children?: ReactNode;
}

/** A labelled choice of one among several. */
export function SelectField<Value extends string>({
  id,
  label,
  value,
  choices,
  ...more
}: SelectFieldProps<Value>) {
  const { onChange, children } = more;
  const selectValue = (selectedValue: string): void => {
    const match = choices.find(([choice]) => choice === selectedValue);
    if (match !== undefined) onChange(match[0]);
  };
  return (
    <div>
      <label htmlFor={id} className={labelStyle}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={({ target }) => selectValue(target.value)}
        aria-describedby={`${id}-notes`}
        className={input}
      >
        {choices.map(([choice, name]) => (
          <option key={choice} value={choice}>
            {name}
          </option>
        ))}
      </select>
      <div id={`${id}-notes`}>{children}</div>
    </div>
  );
}
