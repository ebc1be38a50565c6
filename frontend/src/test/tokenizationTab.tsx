/** Renders the Tokenization tab with data from the store, as in the panel. */
import { render, type RenderResult } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import TokenizationTab from '../components/datasets/tokenization/TokenizationTab';
import { useDetailStore } from '../stores/detailStore';
import type { DatasetDetail } from '../types/dataset';
import { type DatasetRoute, makeDatasetRoute } from '../utils/route';
import { makeDetail } from './fixtures';
import { api, server } from './server';

interface TabOptions {
  /** The tokenization whose audit and ledger are open. */
  readonly open?: string | null;
  readonly onNavigate?: (route: DatasetRoute) => void;
}

/** Render the tab of a dataset with these changes. */
export async function renderTokenizationTab(
  changes: Partial<DatasetDetail>,
  options: TabOptions = {},
): Promise<RenderResult> {
  serveDataset(changes);
  server.use(http.get(api('/models'), () => HttpResponse.json([])));
  await useDetailStore.getState().open('ds_1');
  return render(<StoredTokenizationTab {...options} />);
}

/** Serve the dataset with these changes from now on. */
export function serveDataset(changes: Partial<DatasetDetail>): void {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail(changes))));
}

/** The tab of the dataset in the store. */
export function StoredTokenizationTab({ open = null, onNavigate = () => undefined }: TabOptions) {
  const detail = useDetailStore((state) => state.detail);
  return detail.kind === 'loaded' ? (
    <TokenizationTab
      dataset={detail.value}
      route={makeDatasetRoute('ds_1', { tokenization: open })}
      onNavigate={onNavigate}
    />
  ) : null;
}
