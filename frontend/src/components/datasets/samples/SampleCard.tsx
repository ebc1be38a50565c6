import { ChevronDown, ChevronUp } from 'lucide-react';
import { type ReactNode, useState } from 'react';

import { getDatasetSample } from '../../../api/datasets';
import { type ActionState, useAction } from '../../../hooks/useAction';
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
  const { fullSample, fetchFullSample, fetchState, runFetch } = useFullSample(
    datasetId,
    sample,
    tokenization,
  );
  const toggle = (): void => {
    setOpen(!open);
    if (!open && fullSample === null) void runFetch();
  };
  const shownSample = open && fullSample !== null ? fullSample : sample;
  return (
    <article aria-label={`Sample #${sample.id}`} className={tile}>
      <div
        className={`flex items-center justify-between gap-4 ${open ? 'sticky -top-6 z-10 -mx-4 -mt-4 mb-1 px-4 h-11 bg-slate-800 rounded-t-lg' : 'mb-2 h-4'}`}
      >
        <span className={`text-xs truncate ${open ? 'text-slate-400' : 'text-slate-500'}`}>
          {describeSample(sample)}
        </span>
        <div className="flex items-center gap-2">
          <CopyButton label={`Copy sample #${sample.id}`} text={async () => (await fetchFullSample()).text} />
          <ExpandButton name={`sample #${sample.id}`} open={open} onToggle={toggle} />
        </div>
      </div>
      {open && <SampleFacts sample={shownSample} open />}
      <SampleText sample={sample} text={shownSample.text} open={open} />
      {open && <FetchStatus state={fetchState} />}
      {open && fullSample !== null && <SampleTokens sample={fullSample} />}
      {!open && <SampleFacts sample={shownSample} open={false} />}
    </article>
  );
}

/** Load the full sample at most once; the list's own record is enough without tokens and with a complete text. */
function useFullSample(datasetId: string, sample: DatasetSample, tokenization: string | null) {
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
  return { fullSample, fetchFullSample, fetchState, runFetch };
}

/** The length and the other columns: below the text, or above it once expanded, where a long text cannot hide them. */
function SampleFacts({ sample, open }: { readonly sample: DatasetSample; readonly open: boolean }) {
  return (
    <div className={`${open ? 'mb-2' : 'mt-2'} text-xs text-slate-500 break-words`}>
      Length: {formatCount(sample.char_count)} chars
      {open ? (
        <ScrollArea label={`Columns of sample #${sample.id}`} height="max-h-[30vh]">
          <SampleColumns columns={sample.columns} open />
        </ScrollArea>
      ) : (
        <SampleColumns columns={sample.columns} open={false} />
      )}
    </div>
  );
}

interface ScrollAreaProps {
  readonly label: string;
  /** A class for the greatest height. */
  readonly height: string;
  readonly children: ReactNode;
}

/** Scrolls what is too tall inside the card, also by the keyboard. */
function ScrollArea({ label, height, children }: ScrollAreaProps) {
  return (
    <div role="region" aria-label={label} tabIndex={0} className={`overflow-y-auto ${height}`}>
      {children}
    </div>
  );
}

interface ExpandButtonProps {
  readonly name: string;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function ExpandButton({ name, open, onToggle }: ExpandButtonProps) {
  const Chevron = open ? ChevronUp : ChevronDown;
  return (
    <button
      type="button"
      aria-label={`${open ? 'Collapse' : 'Expand'} ${name}`}
      aria-expanded={open}
      onClick={onToggle}
      className="relative text-slate-400 hover:text-slate-200 before:absolute before:-inset-1"
    >
      <Chevron className="w-4 h-4" aria-hidden="true" />
    </button>
  );
}

interface SampleTextProps {
  readonly sample: DatasetSample;
  /** The text of the sample, shortened or in full. */
  readonly text: string;
  readonly open: boolean;
}

function SampleText({ sample, text, open }: SampleTextProps) {
  // A shortened text may be a cut from the middle of the full text, whose marks are then unknown.
  const marks = text.startsWith(sample.text) ? sample.marks : [];
  return (
    <div
      dir="auto"
      tabIndex={open ? 0 : undefined}
      role={open ? 'region' : undefined}
      aria-label={open ? `Text of sample #${sample.id}` : undefined}
      className={`text-sm text-slate-300 whitespace-pre-wrap break-words ${open ? 'max-h-[60vh] overflow-y-auto' : 'line-clamp-3'}`}
    >
      {text === '' ? <em>Empty</em> : <MarkedText text={text} marks={marks} />}
    </div>
  );
}

function FetchStatus({ state }: { readonly state: ActionState }) {
  switch (state.kind) {
    case 'idle':
      return null;
    case 'running':
      return (
        <p role="status" className="mt-2 text-xs text-slate-400">
          Loading the full text…
        </p>
      );
    case 'failed':
      return <ErrorMessage>{state.error.detail}</ErrorMessage>;
  }
}

function SampleTokens({ sample: { id, tokens, tokens_note } }: { readonly sample: SampleDetail }) {
  return (
    <>
      {tokens !== null && (
        <div className="mt-3">
          <TokenChips tokens={tokens} label={`Tokens of sample #${id}`} />
        </div>
      )}
      {tokens_note !== null && <p className="mt-2 text-xs text-slate-400">{tokens_note}</p>}
    </>
  );
}

function describeSample({ id, split, token_count }: DatasetSample): string {
  const tokens = token_count === null ? '' : ` • ${formatPlural(token_count, 'token')}`;
  return `Sample #${id} • ${split}${tokens}`;
}
