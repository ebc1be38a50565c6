import type { ReactNode } from 'react';

interface CardHeadProps {
  /** The subject of the card. */
  readonly children: ReactNode;
  /** The status and the actions. */
  readonly actions: ReactNode;
}

/** The first row of a card: its subject and, at the right or below it on a phone, its status and actions. */
export function CardHead({ children, actions }: CardHeadProps) {
  return (
    <div className="flex items-center justify-between gap-x-4 max-sm:flex-wrap max-sm:gap-y-3">
      <div className="flex items-center gap-4 min-w-0">{children}</div>
      <div className="flex items-center gap-3 max-sm:ml-auto">{actions}</div>
    </div>
  );
}
