import type { ReactNode } from 'react';

/** What a user should know of data that is there. */
export function Notice({ children }: { readonly children: ReactNode }) {
  return <p className="text-sm text-yellow-400 break-words">{children}</p>;
}
