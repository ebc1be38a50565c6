import { type SyntheticEvent, useCallback, useState } from 'react';

import { getWhatIf } from '../../../api/datasets';
import { useModels } from '../../../hooks/useModels';
import { useResource } from '../../../hooks/useResource';
import { FieldNote } from '../../common/FieldNote';
import { LoadFailure } from '../../common/LoadFailure';
import { card, greyButton, textButton } from '../../common/styles';
import { TextField } from '../../common/TextField';
import { WhatIfCosts } from './WhatIfCosts';

interface WhatIfPanelProps {
  readonly datasetId: string;
  /** Whose exact counts are used; null: nothing is tokenized yet. */
  readonly tokenization: string | null;
  /** Tokens of the longest sample: beyond it, nothing changes. Null: not known. */
  readonly longest: number | null;
}

const LENGTHS = [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768];

/** What a max_length would cost, before it is run: exact by a tokenization, or an estimate by any tokenizer. */
export function WhatIfPanel({ datasetId, tokenization, longest }: WhatIfPanelProps) {
  const [tokenizer, setTokenizer] = useState<string | null>(null);
  return (
    <section aria-labelledby="what-if" className={`${card} space-y-4`}>
      <h4 id="what-if" className="font-semibold">
        What would max_length cost?
      </h4>
      <TokenizerChoice onChoose={setTokenizer} />
      {tokenizer !== null && tokenization !== null && (
        <button type="button" onClick={() => setTokenizer(null)} className={textButton}>
          Back to the exact figures
        </button>
      )}
      {tokenizer !== null ? (
        <Answer key={tokenizer} datasetId={datasetId} tokenizer={tokenizer} lengths={LENGTHS} />
      ) : (
        tokenization !== null && (
          <Answer datasetId={datasetId} tokenization={tokenization} lengths={lengthsUpTo(longest)} />
        )
      )}
    </section>
  );
}

/** Which tokenizer an estimate is made with. */
function TokenizerChoice({ onChoose }: { readonly onChoose: (tokenizer: string) => void }) {
  const [typed, setTyped] = useState('');
  const models = useModels();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (typed.trim() !== '') onChoose(typed.trim());
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Estimate" className="space-y-3">
      <TextField
        id="what-if-tokenizer"
        label="By another tokenizer"
        value={typed}
        onChange={setTyped}
        placeholder="e.g., gpt2"
        suggestions={models}
      >
        <FieldNote text="An estimate from 5,000 documents, before anything is tokenized." />
      </TextField>
      <button type="submit" disabled={typed.trim() === ''} className={greyButton}>
        Estimate
      </button>
    </form>
  );
}

interface AnswerProps {
  readonly datasetId: string;
  readonly tokenization?: string;
  readonly tokenizer?: string;
  readonly lengths: readonly number[];
}

function Answer({ datasetId, tokenization, tokenizer = '', lengths }: AnswerProps) {
  const key = lengths.join(' ');
  const { state, again } = useResource(
    useCallback(
      (signal: AbortSignal) => {
        const source = tokenization === undefined ? { tokenizer } : { tokenization };
        return getWhatIf(datasetId, source, key.split(' ').map(Number), signal);
      },
      [datasetId, tokenization, tokenizer, key],
    ),
  );
  switch (state.kind) {
    case 'loading':
      return <p role="status">Counting…</p>;
    case 'failed':
      return <LoadFailure error={state.error} onRetry={again} />;
    case 'loaded':
      return <WhatIfCosts whatIf={state.value} />;
  }
}

/** The usual lengths, up to the first that holds the longest sample. */
function lengthsUpTo(longest: number | null): readonly number[] {
  const beyond = longest === null ? -1 : LENGTHS.findIndex((length) => length >= longest);
  return beyond < 0 ? LENGTHS : LENGTHS.slice(0, Math.max(2, beyond + 1));
}
