import { tile } from './styles';

const COLOURS = {
  emerald: 'text-emerald-400',
  blue: 'text-blue-400',
  purple: 'text-purple-400',
  yellow: 'text-yellow-400',
} as const;

interface StatTileProps {
  readonly label: string;
  readonly value: string;
  readonly colour: keyof typeof COLOURS;
  readonly note?: string;
  /** Whether there is a gap above the note. */
  readonly spaced?: boolean;
}

/** One large figure in its colour. */
export function StatTile({ label, value, colour, note, spaced = false }: StatTileProps) {
  return (
    <div className={tile}>
      <dt className="text-sm text-slate-400 mb-1">{label}</dt>
      <dd className={`text-2xl font-bold break-words ${pickPhoneSize(value)} ${COLOURS[colour]}`}>{value}</dd>
      {note !== undefined && <dd className={`text-xs text-slate-500${spaced ? ' mt-1' : ''}`}>{note}</dd>}
    </div>
  );
}

/** Return a smaller size for a long figure on a phone, where two tiles share the width, so that it is not broken. */
function pickPhoneSize(value: string): string {
  if (value.length <= 8) return '';
  if (value.length <= 10) return 'max-sm:text-xl';
  return value.length <= 13 ? 'max-sm:text-base' : 'max-sm:text-xs';
}
