import type { Dataset, DatasetDetail } from '../../../types/dataset';
import { formatFileFormats, formatSource, isCancelled } from '../../../utils/datasets';
import {
  formatCount,
  formatDateTime,
  formatDecimal,
  formatFileSize,
  UNKNOWN,
} from '../../../utils/formatters';
import { InfoTile } from '../../common/InfoTile';
import { lazyPart } from '../../common/lazyPart';
import { Notice } from '../../common/Notice';
import { StatTile } from '../../common/StatTile';
import { ExportButton } from '../shared/ExportButton';
import { UsageSnippets } from '../shared/UsageSnippets';
import { MixtureShares } from './MixtureShares';
import { SubsetLineage } from './SubsetLineage';
import { TextLinks } from './TextLinks';
import { TextSetting } from './TextSetting';

/** The code that parses Markdown is loaded with the first window. */
const DatasetDescription = lazyPart(() => import('./DatasetDescription'), 'Loading the description…');

/** The code of the columns is loaded with the first window. */
const ColumnTable = lazyPart(() => import('./ColumnTable'), 'Loading the columns…');

/** The code that asks the Hub for more is loaded with the first dataset of the Hub. */
const RepositoryActions = lazyPart(() => import('./RepositoryActions'), 'Loading…');

interface DatasetOverviewProps {
  /** The record of the list, or the details, which include the Python snippets. */
  readonly dataset: Dataset & Partial<Pick<DatasetDetail, 'usage'>>;
}

/** A dataset at a glance, and how to load it. */
export function DatasetOverview({ dataset }: DatasetOverviewProps) {
  return (
    <div className="space-y-6">
      {dataset.notices.map((notice) => (
        <Notice key={notice}>{notice}</Notice>
      ))}
      <Information dataset={dataset} />
      {dataset.status === 'ready' && dataset.source === 'huggingface' && (
        <RepositoryActions key={dataset.id} dataset={dataset} />
      )}
      {dataset.status === 'ready' && (
        <ExportButton
          datasetId={dataset.id}
          target={{ kind: 'datasets', id: dataset.id }}
          name={dataset.name}
        />
      )}
      {dataset.status === 'ready' && <ColumnTable dataset={dataset} />}
      <DatasetDescription text={dataset.metadata.description} />
      {dataset.metadata.mixture !== null && <MixtureShares mixture={dataset.metadata.mixture} />}
      {dataset.metadata.subset !== null && <SubsetLineage subset={dataset.metadata.subset} />}
      <QuickStats dataset={dataset} />
      {dataset.usage !== undefined && <UsageSnippets snippets={dataset.usage} />}
    </div>
  );
}

function Information({ dataset }: DatasetOverviewProps) {
  const { status, metadata } = dataset;
  return (
    <section aria-labelledby="overview-information">
      <h3 id="overview-information" className="text-lg font-semibold mb-4">
        Dataset Information
      </h3>
      <dl className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <InfoTile label="Source" note={<Origin dataset={dataset} />}>
          {formatSource(dataset.source)}
        </InfoTile>
        <InfoTile label="Size">{formatFileSize(dataset.size_bytes)}</InfoTile>
        <InfoTile label="Format" note={metadata.license === null ? null : `Licence: ${metadata.license}`}>
          {formatFileFormats(metadata.format)}
        </InfoTile>
        <InfoTile label="Status">
          <span className="capitalize">{isCancelled(dataset) ? 'cancelled' : status}</span>
        </InfoTile>
        <InfoTile label="Splits" wide>
          {joined(dataset.splits.map(({ name, num_rows }) => `${name}${rows(num_rows)}`))}
        </InfoTile>
        {status !== 'ready' && (
          <InfoTile label="Columns" wide>
            {joined(metadata.columns.map(({ name, type, feature }) => `${name} (${feature ?? type})`))}
          </InfoTile>
        )}
        <InfoTile label="Text" note={metadata.text_column_reason} wide={dataset.text_template !== null}>
          <span className="whitespace-pre-wrap">
            {dataset.text_template ?? dataset.text_column ?? UNKNOWN}
          </span>
          {status === 'ready' && ' '}
          {status === 'ready' && <TextSetting dataset={dataset} />}
        </InfoTile>
        <InfoTile label="Texts" note={<TextLinks dataset={dataset} />}>
          {joined(countTexts(dataset))}
        </InfoTile>
        {dataset.tags.length > 0 && <InfoTile label="Tags">{joined(dataset.tags)}</InfoTile>}
        {dataset.note !== null && (
          <InfoTile label="Note" wide>
            {dataset.note}
          </InfoTile>
        )}
        <InfoTile label="Created">{formatDateTime(dataset.created_at)}</InfoTile>
      </dl>
    </section>
  );
}

/** Return how many texts are null, empty or repaired; unknown counts are left out. */
function countTexts({ null_texts, empty_texts, invalid_texts }: Dataset): readonly string[] {
  const counts = [
    [null_texts, 'null'],
    [empty_texts, 'empty'],
    [invalid_texts, 'repaired'],
  ] as const;
  return counts.flatMap(([count, kind]) => (count === null ? [] : [`${formatCount(count)} ${kind}`]));
}

function Origin({ dataset }: DatasetOverviewProps) {
  const { hf_repo_id: repository, config, revision } = dataset;
  if (repository === null) {
    return null;
  }
  return (
    <>
      {repository}
      {config !== null && ` • config ${config}`}
      {revision !== null && (
        <>
          {' • commit '}
          <code title={revision}>{revision.slice(0, 12)}</code>
        </>
      )}
    </>
  );
}

function QuickStats({ dataset }: DatasetOverviewProps) {
  const { num_samples, avg_seq_length, vocab_size } = dataset;
  const missing = 'not tokenized yet';
  return (
    <section aria-labelledby="overview-stats">
      <h3 id="overview-stats" className="text-lg font-semibold mb-4">
        Quick Stats
      </h3>
      <dl className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
        <StatTile label="Total Samples" value={formatCount(num_samples)} colour="emerald" />
        <StatTile
          label="Avg Length"
          value={formatDecimal(avg_seq_length)}
          colour="blue"
          note={avg_seq_length === null ? missing : 'tokens'}
        />
        <StatTile
          label="Vocabulary"
          value={formatCount(vocab_size)}
          colour="purple"
          note={vocab_size === null ? missing : 'tokens in the vocabulary'}
        />
      </dl>
    </section>
  );
}

function rows(count: number | null): string {
  return count === null ? '' : `: ${formatCount(count)}`;
}

function joined(parts: readonly string[]): string {
  return parts.length === 0 ? UNKNOWN : parts.join(', ');
}
