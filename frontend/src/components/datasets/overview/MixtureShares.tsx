import type { Mixture } from '../../../types/dataset';
import { formatCount, formatPercent } from '../../../utils/formatters';

/** What each part of a mixture contributed, exactly. */
export function MixtureShares({ mixture }: { readonly mixture: Mixture }) {
  const { by, parts, seed, tokenizer } = mixture;
  return (
    <section aria-labelledby="overview-mixture" className="space-y-3">
      <h3 id="overview-mixture" className="text-lg font-semibold">
        Parts
      </h3>
      <ul className="grid gap-2">
        {parts.map((part) => (
          <li
            key={`${part.label} ${part.split}`}
            className="bg-slate-800/30 rounded-lg p-4 flex justify-between gap-4 flex-wrap tabular-nums"
          >
            <span className="break-words min-w-0">
              <bdi>{part.label}</bdi> • {part.split}
            </span>
            <span className="text-slate-300">
              <strong>{formatPercent(100 * part.share)}</strong>
              {by !== 'rows' && ` • ${formatCount(part.amount)} ${by}`} • {formatCount(part.rows)} rows
              {part.repeats > 1 && ` • ${part.repeats.toFixed(2)} times`}
            </span>
          </li>
        ))}
      </ul>
      <p className="text-sm text-slate-400">
        Shares count {by}
        {tokenizer !== null && ` of ${tokenizer}`}. Seed {formatCount(seed)}.
      </p>
    </section>
  );
}
