import { useCallback } from 'react';

import { getDatasetStatistics } from '../../../api/datasets';
import { useResource } from '../../../hooks/useResource';
import type { DatasetDetail, DatasetStatistics as Statistics, TokenStatistics } from '../../../types/dataset';
import { formatCount, formatDecimal, formatPercent, formatPlural } from '../../../utils/formatters';
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
import { TextFigures } from './TextFigures';
import { TokenCounts } from './TokenCounts';
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
      const show = (split: string | null): void => onNavigate({ ...route, split, page: 1 });
      return (
        <Figures
          dataset={dataset}
          statistics={state.value}
          split={route.split}
          onSelect={select}
          onSplit={show}
        />
      );
    }
  }
}

interface FiguresProps {
  readonly dataset: DatasetDetail;
  readonly statistics: Statistics;
  /** The split whose figures are shown; null: all of them. */
  readonly split: string | null;
  /** Shows the figures of another tokenization. */
  readonly onSelect: (tokenization: string) => void;
  readonly onSplit: (split: string | null) => void;
}

function Figures({ dataset, statistics, split, onSelect, onSplit }: FiguresProps) {
  const { tokenization_id: tokenization } = statistics;
  const scope = statistics.splits.find(({ name }) => name === split) ?? statistics;
  const longest = statistics.tokens?.maximum ?? null;
  return (
    <div className="space-y-6">
      <TokenizationSelect dataset={dataset} value={tokenization} onSelect={onSelect} />
      {statistics.splits.length > 1 && (
        <SelectField
          id="statistics-split"
          label="Split"
          value={scope === statistics ? '' : (split ?? '')}
          choices={[['', 'All Splits'], ...statistics.splits.map(({ name }) => [name, name] as const)]}
          onChange={(name) => onSplit(name === '' ? null : name)}
        />
      )}
      <Summary statistics={scope} />
      <TokenFigures dataset={dataset} statistics={scope} tokenization={tokenization} />
      <TextFigures statistics={statistics} />
      <Splits statistics={statistics} />
      <StorageTiles dataset={dataset} />
      <WhatIfPanel key={tokenization} datasetId={dataset.id} {...{ tokenization, longest }} />
    </div>
  );
}

/** Figures of all splits, or of one. */
type Scope = Pick<Statistics, 'samples' | 'tokens'>;

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

interface TokenFiguresProps extends Pick<FiguresProps, 'dataset'> {
  readonly statistics: Scope;
  /** The tokenization that counted the tokens. */
  readonly tokenization: string | null;
}

function TokenFigures({ dataset, statistics: { samples, tokens }, tokenization }: TokenFiguresProps) {
  if (tokens === null) {
    return (
      <p className="text-sm text-slate-400">
        {tokenization === null
          ? 'Tokenize this dataset to see token statistics: open the Tokenization tab.'
          : 'The tokenization does not cover this split. Choose another split or tokenization.'}
      </p>
    );
  }
  const written = dataset.tokenizations.find(({ id }) => id === tokenization)?.num_tokens ?? null;
  return (
    <>
      {/* What was written is known of all splits together. */}
      {samples === dataset.num_samples && (
        <TokenCountNote countedTokens={tokens.tokens} writtenTokens={written} />
      )}
      <CountedSamplesNote samples={samples} counted={tokens.samples} />
      <Percentiles tokens={tokens} />
      <LengthDistribution tokens={tokens} />
      <TokenCounts tokens={tokens} />
    </>
  );
}

/** Says over which samples the token figures are, if not over all: sums, average and bars count the same ones. */
function CountedSamplesNote({ samples, counted }: { readonly samples: number; readonly counted: number }) {
  return samples === counted ? null : (
    <p className="text-sm text-slate-400">
      Tokens, average, percentiles and bars count the {formatPlural(counted, 'sample')} that the tokenization
      read. The other {formatCount(samples - counted)} have a null text or are in splits that it leaves out.
    </p>
  );
}

function Summary({ statistics: { samples, tokens } }: { readonly statistics: Scope }) {
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
  const figures: [string, number | null][] = [
    ['Min', tokens.minimum],
    ['Median', tokens.median],
    ['p95', tokens.p95],
    ['p99', tokens.p99],
    ['Max', tokens.maximum],
    ['Characters per token', tokens.characters_per_token],
    ['Bytes per token', tokens.bytes_per_token],
  ];
  return (
    <dl className="grid grid-cols-7 gap-4 max-md:grid-cols-2">
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
