import type { ReactNode } from 'react';

import { input, label as labelStyle, secretInput } from './styles';

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly secret?: boolean;
  readonly invalid?: boolean;
  /** Known values, suggested while typing. */
  readonly suggestions?: readonly string[];
  readonly onBlur?: () => void;
  /** The notes below the field, which describe it. */
  readonly children?: ReactNode;
}

/** A labelled text input. */
export function TextField({
  id,
  label,
  value,
  onChange,
  children,
  suggestions = [],
  ...more
}: TextFieldProps) {
  const { placeholder, secret = false, invalid = false, onBlur } = more;
  return (
    <div>
      <label htmlFor={id} className={labelStyle}>
        {label}
      </label>
      <input
        id={id}
        type={secret ? 'password' : 'text'}
        dir={secret ? undefined : 'auto'}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onBlur={onBlur}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={invalid}
        aria-describedby={`${id}-notes`}
        list={suggestions.length > 0 ? `${id}-choices` : undefined}
        className={secret ? secretInput : input}
      />
      {suggestions.length > 0 && (
        <datalist id={`${id}-choices`}>
          {suggestions.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
      <div id={`${id}-notes`}>{children}</div>
    </div>
  );
}
