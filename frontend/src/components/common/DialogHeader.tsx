import { X } from 'lucide-react';
import type { ReactNode } from 'react';

interface DialogHeaderProps {
  /** The id of the title, which names the dialog. */
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
  /** A second line. */
  readonly children?: ReactNode;
}

/** The header of a window: its title and the close button. */
export function DialogHeader({ id, title, onClose, children }: DialogHeaderProps) {
  return (
    <div className="border-b border-slate-800 p-6 short:px-6 short:py-1">
      <div className="flex items-center justify-between gap-4">
        <div className="min-w-0">
          <h2 id={id} className="text-2xl font-bold break-words short:text-base">
            <bdi>{title}</bdi>
          </h2>
          {children !== undefined && (
            <p className="text-slate-400 mt-1 short:mt-0 short:text-xs">{children}</p>
          )}
        </div>
        <button
          type="button"
          aria-label="Close"
          onClick={onClose}
          className="text-slate-400 hover:text-slate-200 p-2"
        >
          <X className="w-6 h-6" aria-hidden="true" />
        </button>
      </div>
    </div>
  );
}
