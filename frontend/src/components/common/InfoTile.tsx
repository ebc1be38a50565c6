import type { ReactNode } from 'react';

import { tile } from './styles';

interface InfoTileProps {
  readonly label: string;
  readonly children: ReactNode;
  /** A second, smaller line. */
  readonly note?: ReactNode;
  readonly wide?: boolean;
}

/** One fact with its name. */
export function InfoTile({ label, children, note, wide = false }: InfoTileProps) {
  return (
    <div className={`${tile} min-w-0${wide ? ' col-span-2 max-sm:col-span-1' : ''}`}>
      <dt className="text-sm text-slate-400 mb-1">{label}</dt>
      <dd className="text-lg font-medium break-words">{children}</dd>
      {note !== undefined && note !== null && <dd className="text-sm text-slate-400 break-words">{note}</dd>}
    </div>
  );
}
