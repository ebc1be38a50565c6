import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';

import { getDatasetSample } from '../../api/datasets';
import { useAction } from '../../hooks/useAction';
import type { DatasetSample } from '../../types/dataset';
import { formatCount, formatPlural } from '../../utils/formatters';
import { CopyButton } from '../common/CopyButton';
import { ErrorMessage } from '../common/ErrorMessage';
import { tile } from '../common/styles';
import { SampleColumns } from './SampleColumns';

interface SampleCardProps {
  readonly datasetId: string;
  readonly sample: DatasetSample;
}

/** One row: its text, clamped until opened; what the list cut off is fetched when it is opened or copied. */
export function SampleCard({ datasetId, sample }: SampleCardProps) {
  const [open, setOpen] = useState(false);
  const [whole, setWhole] = useState(sample.truncated ? null : sample);
  const fetchWhole = async (): Promise<DatasetSample> => {
    const fetched = whole ?? (await getDatasetSample(datasetId, sample));
    setWhole(fetched);
    return fetched;
  };
  const [fetching, fetchNow] = useAction(fetchWhole);
  const toggle = (): void => {
    setOpen(!open);
    if (!open && whole === null) void fetchNow();
  };
  const shown = open && whole !== null ? whole : sample;
  const name = `sample #${sample.id}`;
  const Chevron = open ? ChevronUp : ChevronDown;
  return (
    <article aria-label={`Sample #${sample.id}`} className={tile}>
      <div className="flex items-center justify-between gap-4 mb-2 h-4">
        <span className="text-xs text-slate-500 truncate">
          Sample #{sample.id} • {sample.split}
          {sample.token_count !== null && ` • ${formatPlural(sample.token_count, 'token')}`}
        </span>
        <div className="flex items-center gap-2">
          <CopyButton label={`Copy ${name}`} text={async () => (await fetchWhole()).text} />
          <button
            type="button"
            aria-label={`${open ? 'Collapse' : 'Expand'} ${name}`}
            aria-expanded={open}
            onClick={toggle}
            className="relative text-slate-400 hover:text-slate-200 before:absolute before:-inset-1"
          >
            <Chevron className="w-4 h-4" aria-hidden="true" />
          </button>
        </div>
      </div>
      <div className={`text-sm text-slate-300 whitespace-pre-wrap break-words ${open ? '' : 'line-clamp-3'}`}>
        {shown.text === '' ? <em>Empty</em> : shown.text}
      </div>
      {open && fetching.kind === 'running' && (
        <p role="status" className="mt-2 text-xs text-slate-400">
          Fetching the whole of it…
        </p>
      )}
      {open && fetching.kind === 'failed' && <ErrorMessage>{fetching.error.detail}</ErrorMessage>}
      <div className="mt-2 text-xs text-slate-500 break-words">
        Length: {formatCount(sample.char_count)} chars
        <SampleColumns columns={shown.columns} open={open} />
      </div>
    </article>
  );
}
