import { BarChart, FileText, type LucideIcon, Settings, X } from 'lucide-react';
import { lazy, type ReactNode, Suspense } from 'react';

import { useDatasetDetail } from '../../hooks/useDatasetDetail';
import { type DatasetRoute, NO_FILTER } from '../../hooks/useRoute';
import { useDatasetsStore } from '../../stores/datasetsStore';
import { useDetailStore } from '../../stores/detailStore';
import type { Dataset, DatasetDetail } from '../../types/dataset';
import { displayedSize } from '../../utils/datasets';
import { formatCount, formatFileSize } from '../../utils/formatters';
import { Dialog } from '../common/Dialog';
import { LoadFailure } from '../common/LoadFailure';
import { tabId, tabPanelId, Tabs } from '../common/Tabs';
import { openButtonId } from './DatasetCard';
import { DatasetOverview } from './DatasetOverview';
import { DatasetSamplesBrowser } from './DatasetSamplesBrowser';

/** Charts and settings come with the first visit of their tab. */
const DatasetStatistics = lazy(() => import('./DatasetStatistics'));
const TokenizationTab = lazy(() => import('./TokenizationTab'));

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
}

const OVERVIEW: DetailTab = {
  id: 'overview',
  label: 'Overview',
  icon: FileText,
  content: (dataset) => <DatasetOverview dataset={dataset} />,
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

/** The window of one dataset: everything about it, in tabs. */
export function DatasetDetailModal(props: DatasetDetailModalProps) {
  const { route, onNavigate, onClose } = props;
  const detail = useDatasetDetail(route.id);
  const listed = useDatasetsStore((state) => state.datasets.find(({ id }) => id === route.id));
  const refresh = useDetailStore((state) => state.refresh);
  const tab = TABS.find(({ id }) => id === route.tab) ?? OVERVIEW;
  const dataset = detail.kind === 'loaded' ? detail.value : null;
  return (
    <Dialog labelledBy="detail-title" onClose={onClose} returnFocusTo={openButtonId(route.id)}>
      <ModalHeader dataset={dataset ?? listed} onClose={onClose} />
      <Tabs
        label="Parts of the dataset"
        tabs={TABS}
        active={tab.id}
        onSelect={(id) => onNavigate({ ...route, ...NO_FILTER, tab: id })}
      />
      <div
        role="tabpanel"
        id={tabPanelId(tab.id)}
        aria-labelledby={tabId(tab.id)}
        tabIndex={0}
        className="p-6 overflow-y-auto flex-1 focus-visible:-outline-offset-2"
      >
        {detail.kind === 'loading' && <p role="status">Loading the dataset…</p>}
        {detail.kind === 'failed' && <LoadFailure error={detail.error} onRetry={() => void refresh()} />}
        <Suspense fallback={<p role="status">Loading…</p>}>
          {dataset !== null && tab.content(dataset, props)}
        </Suspense>
      </div>
    </Dialog>
  );
}

interface ModalHeaderProps {
  readonly dataset: Dataset | undefined;
  readonly onClose: () => void;
}

function ModalHeader({ dataset, onClose }: ModalHeaderProps) {
  return (
    <div className="border-b border-slate-800 p-6">
      <div className="flex items-center justify-between gap-4">
        <div className="min-w-0">
          <h2 id="detail-title" className="text-2xl font-bold break-words">
            {dataset?.name ?? 'Dataset'}
          </h2>
          <p className="text-slate-400 mt-1">
            {dataset === undefined
              ? '…'
              : `${formatFileSize(displayedSize(dataset))} • ${formatCount(dataset.num_samples)} samples`}
          </p>
        </div>
        <button
          type="button"
          aria-label="Close"
          onClick={onClose}
          className="text-slate-400 hover:text-slate-200 p-2"
        >
          <X className="w-6 h-6" aria-hidden="true" />
        </button>
      </div>
    </div>
  );
}
