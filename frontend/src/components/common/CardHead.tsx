import type { ReactNode } from 'react';

interface CardHeadProps {
  /** What the card is about. */
  readonly children: ReactNode;
  /** Where it stands, and what may be done. */
  readonly actions: ReactNode;
}

/** The first row of a card: what it is, and at the right end, or beneath on a phone, where it stands. */
export function CardHead({ children, actions }: CardHeadProps) {
  return (
    <div className="flex items-center justify-between gap-x-4 max-sm:flex-wrap max-sm:gap-y-3">
      <div className="flex items-center gap-4 min-w-0">{children}</div>
      <div className="flex items-center gap-3 max-sm:ml-auto">{actions}</div>
    </div>
  );
}
