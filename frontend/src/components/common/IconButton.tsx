import type { LucideIcon } from 'lucide-react';

interface IconButtonProps {
  readonly icon: LucideIcon;
  /** The accessible name: what it does, and to what. */
  readonly label: string;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  readonly expanded?: boolean;
}

/** A button with only an icon; it lies above the area that opens a card. */
export function IconButton({ icon: Icon, label, onClick, disabled = false, expanded }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-expanded={expanded}
      title={label}
      disabled={disabled}
      onClick={onClick}
      className="relative z-10 p-1 rounded text-slate-400 hover:text-slate-200 disabled:opacity-50 disabled:cursor-not-allowed"
    >
      <Icon className="w-5 h-5" aria-hidden="true" />
    </button>
  );
}
