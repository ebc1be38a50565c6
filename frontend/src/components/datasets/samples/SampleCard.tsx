import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';

import { getDatasetSample } from '../../../api/datasets';
import { useAction } from '../../../hooks/useAction';
import type { DatasetSample, SampleDetail } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { CopyButton } from '../../common/CopyButton';
import { ErrorMessage } from '../../common/ErrorMessage';
import { MarkedText } from '../../common/MarkedText';
import { tile } from '../../common/styles';
import { TokenChips } from '../../common/TokenChips';
import { SampleColumns } from './SampleColumns';

interface SampleCardProps {
  readonly datasetId: string;
  readonly sample: DatasetSample;
  /** The tokenization whose tokens the expanded card shows; null if there is none. */
  readonly tokenization?: string | null;
}

/** One sample, clamped until expanded; a shortened text is loaded in full when it is expanded or copied. */
export function SampleCard({ datasetId, sample, tokenization = null }: SampleCardProps) {
  const [open, setOpen] = useState(false);
  const [fullSample, setFullSample] = useState<SampleDetail | null>(
    sample.truncated || tokenization !== null
      ? null
      : { ...sample, tokenization_id: null, tokens: null, tokens_note: null },
  );
  const fetchFullSample = async (): Promise<SampleDetail> => {
    const detail = fullSample ?? (await getDatasetSample(datasetId, { ...sample, tokenization }));
    setFullSample(detail);
    return detail;
  };
  const [fetchState, runFetch] = useAction(fetchFullSample);
  const toggle = (): void => {
    setOpen(!open);
    if (!open && fullSample === null) void runFetch();
  };
  const shownSample = open && fullSample !== null ? fullSample : sample;
  // A shortened text may be a cut from the middle of the full text, whose marks are then unknown.
  const marks = shownSample.text.startsWith(sample.text) ? sample.marks : [];
  const tokens = open ? (fullSample?.tokens ?? null) : null;
  const note = open ? (fullSample?.tokens_note ?? null) : null;
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
          <CopyButton label={`Copy ${name}`} text={async () => (await fetchFullSample()).text} />
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
      <div
        dir="auto"
        className={`text-sm text-slate-300 whitespace-pre-wrap break-words ${open ? '' : 'line-clamp-3'}`}
      >
        {shownSample.text === '' ? <em>Empty</em> : <MarkedText text={shownSample.text} marks={marks} />}
      </div>
      {open && fetchState.kind === 'running' && (
        <p role="status" className="mt-2 text-xs text-slate-400">
          Loading the full text…
        </p>
      )}
      {open && fetchState.kind === 'failed' && <ErrorMessage>{fetchState.error.detail}</ErrorMessage>}
      {tokens !== null && (
        <div className="mt-3">
          <TokenChips tokens={tokens} label={`Tokens of ${name}`} />
        </div>
      )}
      {note !== null && <p className="mt-2 text-xs text-slate-400">{note}</p>}
      <div className="mt-2 text-xs text-slate-500 break-words">
        Length: {formatCount(sample.char_count)} chars
        <SampleColumns columns={shownSample.columns} open={open} />
      </div>
    </article>
  );
}
