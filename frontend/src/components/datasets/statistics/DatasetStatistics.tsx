import { useCallback } from 'react';

import { getDatasetStatistics } from '../../../api/datasets';
import { useResource } from '../../../hooks/useResource';
import type { DatasetDetail, DatasetStatistics as Statistics, TokenStatistics } from '../../../types/dataset';
import { formatCount, formatDecimal, formatPercent } from '../../../utils/formatters';
import type { DatasetRoute } from '../../../utils/route';
import { describeSettings, findNewestReady } from '../../../utils/tokenizations';
import { InfoTile } from '../../common/InfoTile';
import { LoadFailure } from '../../common/LoadFailure';
import { Loading } from '../../common/Loading';
import { SelectField } from '../../common/SelectField';
import { StatTile } from '../../common/StatTile';
import { card } from '../../common/styles';
import { LengthDistribution } from './LengthDistribution';
import { StorageTiles } from './StorageTiles';
import { WhatIfPanel } from './WhatIfPanel';

interface DatasetStatisticsProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

const COLOURS = ['emerald', 'blue', 'purple', 'yellow'] as const;

/** A dataset's exact figures; padding and special tokens are never counted as data. */
export default function DatasetStatistics({ dataset, route, onNavigate }: DatasetStatisticsProps) {
  // Requested by id, so that a tokenization that becomes ready meanwhile reloads the figures.
  const tokenizationId = route.tokenization ?? findNewestReady(dataset);
  const { state, reload } = useResource(
    useCallback(
      (signal: AbortSignal) => getDatasetStatistics(dataset.id, tokenizationId, signal),
      [dataset.id, tokenizationId],
    ),
  );
  switch (state.kind) {
    case 'failed':
      return <LoadFailure error={state.error} onRetry={reload} />;
    case 'loading':
      return <Loading>Loading statistics…</Loading>;
    case 'loaded': {
      const select = (tokenization: string): void =>
        onNavigate({ ...route, tokenization, tokenRow: null, token: null });
      return <Figures dataset={dataset} statistics={state.value} onSelect={select} />;
    }
  }
}

interface FiguresProps {
  readonly dataset: DatasetDetail;
  readonly statistics: Statistics;
  /** Shows the figures of another tokenization. */
  readonly onSelect: (tokenization: string) => void;
}

function Figures({ dataset, statistics, onSelect }: FiguresProps) {
  const { tokens, tokenization_id: tokenization } = statistics;
  const longest = tokens?.maximum ?? null;
  return (
    <div className="space-y-6">
      <TokenizationSelect dataset={dataset} value={tokenization} onSelect={onSelect} />
      <Summary statistics={statistics} />
      <TokenFigures dataset={dataset} statistics={statistics} />
      <Splits statistics={statistics} />
      <StorageTiles dataset={dataset} />
      <WhatIfPanel key={tokenization} datasetId={dataset.id} {...{ tokenization, longest }} />
    </div>
  );
}

interface TokenizationSelectProps extends Pick<FiguresProps, 'dataset' | 'onSelect'> {
  readonly value: string | null;
}

function TokenizationSelect({ dataset, value, onSelect }: TokenizationSelectProps) {
  const ready = dataset.tokenizations.filter(({ status }) => status === 'ready');
  return ready.length > 1 ? (
    <SelectField
      id="statistics-tokenization"
      label="Tokenization"
      value={value ?? ''}
      choices={ready.map((one) => [one.id, `${one.tokenizer}: ${describeSettings(one)}`] as const)}
      onChange={onSelect}
    />
  ) : null;
}

function TokenFigures({ dataset, statistics }: Omit<FiguresProps, 'onSelect'>) {
  const { tokens, tokenization_id } = statistics;
  if (tokens === null) {
    return (
      <p className="text-sm text-slate-400">
        Tokenize this dataset to see token statistics: open the Tokenization tab.
      </p>
    );
  }
  const tokenization = dataset.tokenizations.find(({ id }) => id === tokenization_id);
  return (
    <>
      <TokenCountNote countedTokens={tokens.tokens} writtenTokens={tokenization?.num_tokens ?? null} />
      <Percentiles tokens={tokens} />
      <LengthDistribution tokens={tokens} />
    </>
  );
}

function Summary({ statistics: { samples, tokens } }: { readonly statistics: Statistics }) {
  const note = tokens === null ? {} : { note: `of ${formatCount(tokens.vocab_size)}` };
  return (
    <dl className="grid grid-cols-4 gap-4 max-sm:grid-cols-2">
      <StatTile label="Total Samples" value={formatCount(samples)} colour="emerald" />
      <StatTile label="Total Tokens" value={formatCount(tokens?.tokens)} colour="blue" />
      <StatTile label="Avg Tokens/Sample" value={formatDecimal(tokens?.average)} colour="purple" />
      <StatTile label="Unique Tokens" value={formatCount(tokens?.unique_tokens)} colour="yellow" {...note} />
    </dl>
  );
}

interface TokenCountNoteProps {
  readonly countedTokens: number;
  readonly writtenTokens: number | null;
}

/** Explains why the tokenization has another number of tokens, if it does. */
function TokenCountNote({ countedTokens, writtenTokens }: TokenCountNoteProps) {
  if (writtenTokens === null || countedTokens === writtenTokens) {
    return null;
  }
  return (
    <p className="text-sm text-slate-400">
      Total Tokens counts every sample in full. The tokenization keeps {formatCount(writtenTokens)} of them;
      the rest is truncated, dropped or held out.
    </p>
  );
}

function Percentiles({ tokens }: { readonly tokens: TokenStatistics }) {
  const figures: [string, number][] = [
    ['Min', tokens.minimum],
    ['Median', tokens.median],
    ['p95', tokens.p95],
    ['p99', tokens.p99],
    ['Max', tokens.maximum],
  ];
  return (
    <dl className="grid grid-cols-5 gap-4 max-sm:grid-cols-2">
      {figures.map(([name, value]) => (
        <InfoTile key={name} label={name}>
          {formatDecimal(value).replace(/\.0$/, '')}
        </InfoTile>
      ))}
    </dl>
  );
}

function Splits({ statistics }: { readonly statistics: Statistics }) {
  return (
    <section aria-labelledby="split-distribution" className={card}>
      <h3 id="split-distribution" className="font-semibold mb-4">
        Split Distribution
      </h3>
      <dl className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
        {statistics.splits.map(({ name, samples, share }, index) => (
          <StatTile
            key={name}
            label={name}
            value={formatCount(samples)}
            colour={COLOURS[index % COLOURS.length] ?? 'emerald'}
            note={`${formatPercent(100 * share)} of total`}
            spaced
          />
        ))}
      </dl>
    </section>
  );
}
