interface SampleColumnsProps {
  readonly columns: Readonly<Record<string, unknown>>;
  /** Whether long values are shown whole. */
  readonly open: boolean;
}

/** The row's other columns: in one line, or each in its own once the row is open. */
export function SampleColumns({ columns, open }: SampleColumnsProps) {
  return Object.entries(columns).map(([name, value]) => (
    <span key={name} className={open ? 'block mt-1 whitespace-pre-wrap' : ''}>
      {open ? '' : ' • '}
      <bdi>{name}</bdi>: <bdi>{open ? formatValue(value) : shorten(formatValue(value))}</bdi>
    </span>
  ));
}

/** A value as a person reads it: text as it is, everything else as JSON. */
function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `text` cut between characters, never inside one. */
function shorten(text: string): string {
  const start = /^[\s\S]{120}/u.exec(text)?.[0];
  return start === undefined || start.length === text.length ? text : `${start}…`;
}
