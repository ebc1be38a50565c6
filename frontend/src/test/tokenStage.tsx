/** The tab of tokenizations over a server of its own: what it shows comes from the store, as in the panel. */
import { render, type RenderResult } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import TokenizationTab from '../components/datasets/tokenization/TokenizationTab';
import { useDetailStore } from '../stores/detailStore';
import type { DatasetDetail } from '../types/dataset';
import { type DatasetRoute, makeDatasetRoute } from '../utils/route';
import { aDetail } from './fixtures';
import { api, server } from './server';

interface Stage {
  /** The tokenization whose books are open. */
  readonly open?: string | null;
  readonly onNavigate?: (route: DatasetRoute) => void;
}

/** The tab of a dataset with these changes. */
export async function showTokenizationTab(
  changes: Partial<DatasetDetail>,
  stage: Stage = {},
): Promise<RenderResult> {
  serveDetail(changes);
  server.use(http.get(api('/models'), () => HttpResponse.json([])));
  await useDetailStore.getState().open('ds_1');
  return render(<ShownTab {...stage} />);
}

/** What the server says of the dataset from now on. */
export function serveDetail(changes: Partial<DatasetDetail>): void {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(aDetail(changes))));
}

/** The tab over what the store has. */
export function ShownTab({ open = null, onNavigate = () => undefined }: Stage) {
  const detail = useDetailStore((state) => state.detail);
  return detail.kind === 'loaded' ? (
    <TokenizationTab
      dataset={detail.value}
      route={makeDatasetRoute('ds_1', { tokenization: open })}
      onNavigate={onNavigate}
    />
  ) : null;
}
