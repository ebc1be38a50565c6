import type { SubsetPreview } from '../../../../types/dataset';
import { formatCount, formatPlural } from '../../../../utils/formatters';

const SHOWN = 3;

/** How many rows a subset would have, and the first rows that are kept and dropped. */
export function SavePreview({ preview }: { readonly preview: SubsetPreview }) {
  const { rows, taken, kept, dropped, note } = preview;
  return (
    <div className="space-y-3">
      <p role="status" className="text-slate-300">
        {taken === null
          ? note
          : `${formatPlural(taken, 'row')} of ${formatCount(rows)} kept, ${formatCount(rows - taken)} dropped.`}
      </p>
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <Examples title="Kept" rows={kept} />
        <Examples title="Dropped" rows={dropped} />
      </div>
    </div>
  );
}

interface ExamplesProps {
  readonly title: string;
  readonly rows: SubsetPreview['kept'];
}

function Examples({ title, rows }: ExamplesProps) {
  if (rows.length === 0) {
    return null;
  }
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="text-sm font-medium text-slate-300 mb-2">{title}, for example</h3>
      <ul className="space-y-2">
        {rows.slice(0, SHOWN).map(({ split, row, text }) => (
          <li key={`${split} ${row}`} className="bg-slate-800/30 rounded-lg px-3 py-2 text-sm">
            <span className="text-slate-400 tabular-nums">
              {split} {formatCount(row)}
            </span>
            <p dir="auto" className="line-clamp-2 break-words">
              {text === '' ? <em className="text-slate-400">no text</em> : text}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
