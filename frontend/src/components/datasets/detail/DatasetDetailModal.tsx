import { BarChart, FileText, type LucideIcon, Settings } from 'lucide-react';
import type { ReactNode } from 'react';

import type { ApiError } from '../../../api/errors';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import { useDetailStore } from '../../../stores/detailStore';
import type { Async } from '../../../types/async';
import type { Dataset, DatasetDetail } from '../../../types/dataset';
import { getDisplayedSize, getOpenButtonId } from '../../../utils/datasets';
import { formatFileSize, formatPlural, UNKNOWN } from '../../../utils/formatters';
import type { DatasetRoute } from '../../../utils/route';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { lazyPart } from '../../common/lazyPart';
import { LoadFailure } from '../../common/LoadFailure';
import { Loading } from '../../common/Loading';
import { tabId, tabPanelId, Tabs } from '../../common/Tabs';
import { DatasetOverview } from '../overview/DatasetOverview';
import { DatasetSamplesBrowser } from '../samples/DatasetSamplesBrowser';
import { DatasetGone } from './DatasetGone';
import { UnreadyNotice } from './UnreadyNotice';
import { useDatasetDetail } from './useDatasetDetail';

/** The code of charts and settings is loaded when their tab is first shown. */
const DatasetStatistics = lazyPart(() => import('../statistics/DatasetStatistics'));
const TokenizationTab = lazyPart(() => import('../tokenization/TokenizationTab'));

interface DatasetDetailModalProps {
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
  readonly onClose: () => void;
}

interface DetailTab {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly content: (dataset: DatasetDetail, props: DatasetDetailModalProps) => ReactNode;
  /** What the list's record is enough for, while the details load. */
  readonly preview?: (dataset: Dataset) => ReactNode;
}

const OVERVIEW: DetailTab = {
  id: 'overview',
  label: 'Overview',
  icon: FileText,
  content: (dataset) => <DatasetOverview dataset={dataset} />,
  preview: (dataset) => <DatasetOverview dataset={dataset} />,
};
const SAMPLES: DetailTab = {
  id: 'samples',
  label: 'Samples',
  icon: FileText,
  content: (dataset, props) => <DatasetSamplesBrowser dataset={dataset} {...props} />,
};
const STATISTICS: DetailTab = {
  id: 'statistics',
  label: 'Statistics',
  icon: BarChart,
  content: (dataset, props) => <DatasetStatistics dataset={dataset} {...props} />,
};
const TOKENIZATION: DetailTab = {
  id: 'tokenization',
  label: 'Tokenization',
  icon: Settings,
  content: (dataset, props) => <TokenizationTab dataset={dataset} {...props} />,
};
const TABS: readonly DetailTab[] = [OVERVIEW, SAMPLES, STATISTICS, TOKENIZATION];

/** The window of one dataset, with its tabs. */
export function DatasetDetailModal(props: DatasetDetailModalProps) {
  const { route, onClose } = props;
  const detail = useDatasetDetail(route.id);
  const listedDataset = useDatasetsStore((state) => state.datasets.find(({ id }) => id === route.id));
  const summary = detail.kind === 'loaded' ? detail.value : listedDataset;
  return (
    <Dialog
      labelledBy="detail-title"
      onClose={onClose}
      returnFocusTo={getOpenButtonId(route.id)}
      fixedHeight
      // A table uses the whole screen.
      width={route.tab === 'samples' && route.layout === 'table' ? 'max-w-[1840px]' : 'max-w-6xl'}
    >
      <DialogHeader id="detail-title" title={summary?.name ?? 'Dataset'} onClose={onClose}>
        {describeExtent(summary, detail.kind === 'loading' ? '…' : UNKNOWN)}
      </DialogHeader>
      {isDeleted(detail) ? (
        <DatasetGone detail={detail.error.detail} onClose={onClose} />
      ) : (
        <DetailTabs {...props} detail={detail} listedDataset={listedDataset} />
      )}
    </Dialog>
  );
}

interface DetailTabsProps extends DatasetDetailModalProps {
  readonly detail: Async<DatasetDetail, ApiError>;
  /** The list's record, which is known before the details. */
  readonly listedDataset: Dataset | undefined;
}

function DetailTabs(props: DetailTabsProps) {
  const { route, onNavigate } = props;
  const tab = TABS.find(({ id }) => id === route.tab) ?? OVERVIEW;
  return (
    <>
      <Tabs
        label="Dataset views"
        tabs={TABS}
        active={tab.id}
        onSelect={(id) => onNavigate({ ...route, tab: id })}
      />
      {/* The key gives each tab a scroll position of its own. */}
      <div
        key={tab.id}
        role="tabpanel"
        id={tabPanelId(tab.id)}
        aria-labelledby={tabId(tab.id)}
        tabIndex={0}
        className="p-6 overflow-y-auto flex-1 focus-visible:-outline-offset-2"
      >
        <TabContent {...props} tab={tab} />
      </div>
    </>
  );
}

function TabContent({ tab, detail, listedDataset, ...props }: DetailTabsProps & { readonly tab: DetailTab }) {
  const refresh = useDetailStore((state) => state.refresh);
  if (detail.kind === 'failed') {
    return <LoadFailure error={detail.error} onRetry={() => void refresh()} />;
  }
  const dataset = detail.kind === 'loaded' ? detail.value : null;
  const preview = listedDataset && tab.preview?.(listedDataset);
  // Preview and content have the same position, so that React keeps the state of the overview.
  return (
    <>
      {dataset !== null && dataset.status !== 'ready' && <UnreadyNotice dataset={dataset} />}
      {dataset === null
        ? (preview ?? <Loading>Loading the dataset…</Loading>)
        : canShow(tab, dataset) && tab.content(dataset, props)}
    </>
  );
}

/** Return whether a tab can be shown; a dataset that is not ready has only the overview. */
function canShow(tab: DetailTab, { status }: Dataset): boolean {
  return status === 'ready' || tab === OVERVIEW;
}

/** Return whether the dataset does not exist, so that retrying is useless. */
function isDeleted(detail: Async<DatasetDetail, ApiError>): detail is { kind: 'failed'; error: ApiError } {
  return detail.kind === 'failed' && detail.error.code === 'not_found';
}

/** Describe a dataset's size and number of samples; return `unknown` without a dataset. */
function describeExtent(dataset: Dataset | undefined, unknown: string): string {
  if (dataset === undefined) return unknown;
  const size = formatFileSize(getDisplayedSize(dataset));
  return dataset.num_samples === null ? size : `${size} • ${formatPlural(dataset.num_samples, 'sample')}`;
}
