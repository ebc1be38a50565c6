import type { SubsetPreview } from '../../../../types/dataset';
import { formatCount, formatPlural } from '../../../../utils/formatters';

type Step = SubsetPreview['steps'][number];

const SHOWN = 3;

/** What each cleaning step does to a sample of the rows: counts, and what it keeps and drops side by side. */
export function CleaningPreview({ preview }: { readonly preview: SubsetPreview }) {
  const { steps, sample_rows: rows } = preview;
  if (steps.length === 0) {
    return null;
  }
  return (
    <section aria-label="Cleaning of a sample" className="space-y-4">
      <h3 className="text-sm font-medium text-slate-300">
        Cleaning of a sample of {formatPlural(rows, 'row')}
      </h3>
      <ol className="space-y-4">
        {steps.map((step, index) => (
          <li key={`${index} ${step.ledger.kind}`} className="space-y-2">
            <StepPreview step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepPreview({ step }: { readonly step: Step }) {
  const { kind, rows, kept, dropped } = step.ledger;
  const reasons = Object.entries(dropped).map(
    ([reason, count]) => `${formatCount(count)} ${reason.replaceAll('_', ' ')}`,
  );
  return (
    <>
      <p className="text-sm tabular-nums">
        <span className="inline-block first-letter:uppercase">{kind.replaceAll('_', ' ')}</span>:{' '}
        {formatCount(kept)} of {formatCount(rows)} kept
        {reasons.length > 0 && ` • dropped: ${reasons.join(', ')}`}
      </p>
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <Examples title={`Kept by ${kind}`} examples={step.kept} />
        <Examples title={`Dropped by ${kind}`} examples={step.dropped} />
      </div>
    </>
  );
}

interface ExamplesProps {
  readonly title: string;
  readonly examples: Step['kept'];
}

function Examples({ title, examples }: ExamplesProps) {
  return (
    <ul aria-label={title.replaceAll('_', ' ')} className="min-w-0 space-y-2">
      {examples.slice(0, SHOWN).map(({ row, reason, text, duplicate_text }) => (
        <li key={row} className="bg-slate-800/30 rounded-lg px-3 py-2 text-sm">
          <span className="text-slate-400">{reason === null ? 'kept' : reason.replaceAll('_', ' ')}</span>
          <p dir="auto" className="line-clamp-2 break-words">
            {text === '' ? <em className="text-slate-400">no text</em> : text}
          </p>
          {duplicate_text !== null && (
            <p dir="auto" className="line-clamp-2 break-words text-slate-400">
              stays: {duplicate_text}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
