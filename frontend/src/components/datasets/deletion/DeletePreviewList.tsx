import type { DeletePreview } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';

/** The parts that a deletion removes, the jobs that it stops, and what prevents it. */
export function DeletePreviewList({ preview }: { readonly preview: DeletePreview }) {
  const { parts, freed_bytes, jobs, tokenizations, references, allowed } = preview;
  return (
    <>
      {!allowed && <References references={references} />}
      <p>
        {allowed ? 'This frees' : 'Deleting it would free'} <strong>{formatFileSize(freed_bytes)}</strong> and
        cannot be undone.
      </p>
      {parts.length > 0 && (
        <ul aria-label="Will be deleted" className="bg-slate-800/30 rounded-lg p-4 space-y-1">
          {parts.map(({ part, tokenization_id, label, size_bytes }) => (
            <li
              key={`${part}-${tokenization_id ?? label}`}
              className="flex justify-between gap-4 tabular-nums"
            >
              <span className="break-words min-w-0">{label}</span>
              <span className="whitespace-nowrap">{formatFileSize(size_bytes)}</span>
            </li>
          ))}
        </ul>
      )}
      {tokenizations.length > 0 && (
        <p>{formatPlural(tokenizations.length, 'tokenization')} will be deleted too.</p>
      )}
      {jobs.length > 0 && <p>{formatPlural(jobs.length, 'running job')} will be stopped.</p>}
    </>
  );
}

function References({ references }: Pick<DeletePreview, 'references'>) {
  return (
    <div role="alert" className="text-red-400">
      <p>It cannot be deleted while these depend on it:</p>
      <ul className="list-disc pl-5">
        {references.map(({ id, kind, name }) => (
          <li key={id} className="break-words">
            {name} ({kind.replaceAll('_', ' ')})
          </li>
        ))}
      </ul>
    </div>
  );
}
