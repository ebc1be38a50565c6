interface SampleColumnsProps {
  readonly columns: Readonly<Record<string, unknown>>;
  /** Whether long values are shown in full. */
  readonly open: boolean;
}

/** The sample's other columns: in one line, or each on its own line once expanded. */
export function SampleColumns({ columns, open }: SampleColumnsProps) {
  return Object.entries(columns).map(([name, value]) => (
    <span key={name} className={open ? 'block mt-1 whitespace-pre-wrap' : ''}>
      {open ? '' : ' • '}
      <bdi>{name}</bdi>: <bdi>{open ? formatValue(value) : shorten(formatValue(value))}</bdi>
    </span>
  ));
}

/** Format a value: a text as it is, anything else as JSON. */
function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Shorten `text` between characters, never inside one. */
function shorten(text: string): string {
  const start = /^[\s\S]{120}/u.exec(text)?.[0];
  return start === undefined || start.length === text.length ? text : `${start}…`;
}
