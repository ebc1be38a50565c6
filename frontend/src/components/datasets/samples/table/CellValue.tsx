interface CellValueProps {
  readonly value: unknown;
}

/** A cell in few words; null and the empty text are set apart from a text that says so. */
export function CellValue({ value }: CellValueProps) {
  if (value === null || value === undefined) return <em className="text-slate-400">null</em>;
  if (value === '')
    return <span className="text-xs text-amber-300 border border-amber-700 rounded px-1">empty</span>;
  if (typeof value === 'string') return <bdi className={isCode(value) ? 'font-mono' : ''}>{value}</bdi>;
  return <span className="font-mono tabular-nums">{JSON.stringify(value)}</span>;
}

/** Return whether a text looks like code, where every blank counts. */
export function isCode(text: string): boolean {
  return (
    /^( {2,}|\t)\S/m.test(text) ||
    /[{};]\s*$/m.test(text) ||
    /^(def|class|import|#include|function|const) /m.test(text)
  );
}
