import { useCallback } from 'react';

import { getDataset } from '../../../api/datasets';
import { useResource } from '../../../hooks/useResource';
import type { Subset, SubsetStage } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { formatRoute, makeDatasetRoute } from '../../../utils/route';

/** What a subset was made from, and the rows that each stage kept and dropped. */
export function SubsetLineage({ subset }: { readonly subset: Subset }) {
  const { parents, stages, rows, kept } = subset;
  return (
    <section aria-labelledby="overview-subset" className="space-y-3">
      <h3 id="overview-subset" className="text-lg font-semibold">
        Made from
      </h3>
      <ul className="space-y-1">
        {parents.map((parent) => (
          <Parent key={parent.dataset_id} parent={parent} />
        ))}
      </ul>
      <ol aria-label="Rows of each stage" className="grid gap-2">
        {stages.map((stage, index) => (
          <Stage key={`${index} ${stage.kind}`} stage={stage} />
        ))}
      </ol>
      <p className="text-sm text-slate-400 tabular-nums">
        {formatPlural(kept, 'row')} of {formatCount(rows)}.
      </p>
    </section>
  );
}

/** The name of a parent, as a link if it is still here. */
function Parent({ parent }: { readonly parent: Subset['parents'][number] }) {
  const { dataset_id: id, name } = parent;
  const { state } = useResource(useCallback((signal: AbortSignal) => getDataset(id, signal), [id]));
  return (
    <li className="break-words">
      {state.kind === 'loaded' ? (
        <a href={formatRoute(makeDatasetRoute(id))} className="text-emerald-400 hover:underline">
          <bdi>{name}</bdi>
        </a>
      ) : (
        <bdi>{name}</bdi>
      )}
      {state.kind === 'failed' && state.error.status === 404 && (
        <span className="text-slate-400"> • deleted since</span>
      )}
    </li>
  );
}

function Stage({ stage }: { readonly stage: SubsetStage }) {
  const { kind, rows, kept, dropped } = stage;
  const reasons = Object.entries(dropped).map(
    ([reason, count]) => `${formatCount(count)} ${reason.replaceAll('_', ' ')}`,
  );
  return (
    <li className="bg-slate-800/30 rounded-lg p-4 flex justify-between gap-4 flex-wrap tabular-nums">
      <span className="first-letter:uppercase">{kind.replaceAll('_', ' ')}</span>
      <span className="text-slate-300">
        <strong>{formatCount(kept)}</strong> of {formatCount(rows)} kept
        {reasons.length > 0 && ` • dropped: ${reasons.join(', ')}`}
      </span>
    </li>
  );
}
