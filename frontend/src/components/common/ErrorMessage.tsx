import type { ReactNode } from 'react';

interface ErrorMessageProps {
  readonly id?: string;
  readonly children: ReactNode;
}

/** One line that says what is wrong; screen readers announce it immediately. */
export function ErrorMessage({ id, children }: ErrorMessageProps) {
  return (
    <p id={id} role="alert" className="text-sm text-red-400 break-words">
      {children}
    </p>
  );
}
