import { type RefObject, useRef } from 'react';

import { type JobControls, useJobControls } from '../../../hooks/useJobControls';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import { useDetailStore } from '../../../stores/detailStore';
import type { DatasetDetail, RetryRequest } from '../../../types/dataset';
import { canRetry, needsHubToken } from '../../../utils/datasets';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { tile } from '../../common/styles';
import { DatasetStatusLine } from '../shared/DatasetStatusLine';
import { RetryForm } from '../shared/RetryForm';

/** Shows in a dataset's window, which a link may open, why the dataset is not ready, and offers a retry. */
export function UnreadyNotice({ dataset }: { readonly dataset: DatasetDetail }) {
  const { id, status } = dataset;
  const notice = useRef<HTMLElement>(null);
  const controls = useNoticeControls(dataset, notice);
  const { buttons, showsTokenForm, failures, retry } = controls;
  return (
    <section ref={notice} tabIndex={-1} aria-label="Status" className={`${tile} mb-6 space-y-3`}>
      <h3 className="font-semibold">
        {status === 'error' ? 'This dataset is not available.' : 'This dataset is not ready yet.'}
      </h3>
      <DatasetStatusLine dataset={dataset} />
      {failures.map(({ detail }) => (
        <ErrorMessage key={detail}>{detail}</ErrorMessage>
      ))}
      {status === 'error' && canRetry(dataset.error_code) && <RetryButton {...buttons} />}
      {showsTokenForm && (
        <RetryForm id={`window-${id}`} label="Retry download" busy={buttons.busy} onRetry={retry} />
      )}
    </section>
  );
}

function useNoticeControls(
  { id, status, error_code }: DatasetDetail,
  notice: RefObject<HTMLElement | null>,
): JobControls {
  const cancel = useDatasetsStore((state) => state.cancelDataset);
  const retryDataset = useDatasetsStore((state) => state.retryDataset);
  const refresh = useDetailStore((state) => state.refresh);
  const retry = async (datasetId: string, request?: RetryRequest): Promise<void> => {
    await retryDataset(datasetId, request);
    await refresh();
    // The pressed button is gone.
    notice.current?.focus();
  };
  return useJobControls(id, { cancel, retry, needsToken: status === 'error' && needsHubToken(error_code) });
}

function RetryButton({ busy, retryExpanded, onRetry }: JobControls['buttons']) {
  return (
    <Button look="quiet" disabled={busy} aria-expanded={retryExpanded} onClick={onRetry}>
      Retry
    </Button>
  );
}
