import type { ReactNode } from 'react';

import { input, label as labelStyle } from './styles';

interface TextAreaFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly invalid?: boolean;
  /** The notes below the field, which describe it. */
  readonly children?: ReactNode;
}

/** A labelled input of several lines. */
export function TextAreaField({ id, label, value, onChange, children, ...more }: TextAreaFieldProps) {
  const { placeholder, invalid = false } = more;
  return (
    <div>
      <label htmlFor={id} className={labelStyle}>
        {label}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={3}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={invalid}
        aria-describedby={`${id}-notes`}
        className={`${input} font-mono text-sm`}
      />
      <div id={`${id}-notes`}>{children}</div>
    </div>
  );
}
