import { useRef } from 'react';

import { useJobControls } from '../../../hooks/useJobControls';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import { useDetailStore } from '../../../stores/detailStore';
import type { DatasetDetail, RetryRequest } from '../../../types/dataset';
import { needsHubToken } from '../../../utils/datasets';
import { ErrorMessage } from '../../common/ErrorMessage';
import { quietButton, tile } from '../../common/styles';
import { DatasetStatusLine } from '../shared/DatasetStatusLine';
import { RetryForm } from '../shared/RetryForm';

/** Shows in a dataset's window, which a link may open, why the dataset is not ready, and offers a retry. */
export function UnreadyNotice({ dataset }: { readonly dataset: DatasetDetail }) {
  const { id, status, error_code } = dataset;
  const notice = useRef<HTMLElement>(null);
  const cancel = useDatasetsStore((state) => state.cancelDataset);
  const retryDataset = useDatasetsStore((state) => state.retryDataset);
  const refresh = useDetailStore((state) => state.refresh);
  const retry = async (datasetId: string, request?: RetryRequest): Promise<void> => {
    await retryDataset(datasetId, request);
    await refresh();
    // The pressed button is gone.
    notice.current?.focus();
  };
  const needsToken = status === 'error' && needsHubToken(error_code);
  const { buttons, showsTokenForm, failures, ...controls } = useJobControls(id, {
    cancel,
    retry,
    needsToken,
  });
  return (
    <section ref={notice} tabIndex={-1} aria-label="Status" className={`${tile} mb-6 space-y-3`}>
      <h3 className="font-semibold">
        {status === 'error' ? 'This dataset is not available.' : 'This dataset is not ready yet.'}
      </h3>
      <DatasetStatusLine dataset={dataset} />
      {failures.map(({ detail }) => (
        <ErrorMessage key={detail}>{detail}</ErrorMessage>
      ))}
      {status === 'error' && (
        <button
          type="button"
          disabled={buttons.busy}
          aria-expanded={buttons.retryExpanded}
          onClick={buttons.onRetry}
          className={quietButton}
        >
          Retry
        </button>
      )}
      {showsTokenForm && (
        <RetryForm id={`window-${id}`} label="Retry download" busy={buttons.busy} onRetry={controls.retry} />
      )}
    </section>
  );
}
