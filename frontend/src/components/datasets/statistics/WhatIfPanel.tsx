import { type SyntheticEvent, useCallback, useState } from 'react';

import { getWhatIf } from '../../../api/datasets';
import { useModels } from '../../../hooks/useModels';
import { useResource } from '../../../hooks/useResource';
import { Button } from '../../common/Button';
import { FieldNote } from '../../common/FieldNote';
import { LoadFailure } from '../../common/LoadFailure';
import { card } from '../../common/styles';
import { TextField } from '../../common/TextField';
import { WhatIfCosts } from './WhatIfCosts';

interface WhatIfPanelProps {
  readonly datasetId: string;
  /** The tokenization with the exact counts; null if nothing is tokenized yet. */
  readonly tokenization: string | null;
  /** The tokens of the longest sample, above which costs do not change; null if unknown. */
  readonly longest: number | null;
}

const LENGTHS = [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768];

/** What a max_length would cost: exact from a tokenization, or estimated with any tokenizer. */
export function WhatIfPanel({ datasetId, tokenization, longest }: WhatIfPanelProps) {
  const [tokenizer, setTokenizer] = useState<string | null>(null);
  return (
    <section aria-labelledby="what-if" className={`${card} space-y-4`}>
      <h4 id="what-if" className="font-semibold">
        What would max_length cost?
      </h4>
      <TokenizerChoice onSelect={setTokenizer} />
      {tokenizer !== null && tokenization !== null && (
        <Button look="text" onClick={() => setTokenizer(null)}>
          Show exact figures
        </Button>
      )}
      {tokenizer !== null ? (
        <WhatIfResult key={tokenizer} datasetId={datasetId} tokenizer={tokenizer} lengths={LENGTHS} />
      ) : (
        tokenization !== null && (
          <WhatIfResult datasetId={datasetId} tokenization={tokenization} lengths={limitLengths(longest)} />
        )
      )}
    </section>
  );
}

/** Selects the tokenizer of an estimate. */
function TokenizerChoice({ onSelect }: { readonly onSelect: (tokenizer: string) => void }) {
  const [text, setText] = useState('');
  const models = useModels();
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') onSelect(text.trim());
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Estimate" className="space-y-3">
      <TextField
        id="what-if-tokenizer"
        label="Estimate with another tokenizer"
        value={text}
        onChange={setText}
        placeholder="e.g., gpt2"
        suggestions={models}
      >
        <FieldNote text="Estimates from 5,000 documents without tokenizing the dataset." />
      </TextField>
      <Button look="grey" type="submit" disabled={text.trim() === ''}>
        Estimate
      </Button>
    </form>
  );
}

interface WhatIfResultProps {
  readonly datasetId: string;
  readonly tokenization?: string;
  readonly tokenizer?: string;
  readonly lengths: readonly number[];
}

function WhatIfResult({ datasetId, tokenization, tokenizer = '', lengths }: WhatIfResultProps) {
  const key = lengths.join(' ');
  const { state, reload } = useResource(
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
      return <LoadFailure error={state.error} onRetry={reload} />;
    case 'loaded':
      return <WhatIfCosts whatIf={state.value} />;
  }
}

/** Return the usual lengths up to the first that fits the longest sample. */
function limitLengths(longest: number | null): readonly number[] {
  const index = longest === null ? -1 : LENGTHS.findIndex((length) => length >= longest);
  return index < 0 ? LENGTHS : LENGTHS.slice(0, Math.max(2, index + 1));
}
