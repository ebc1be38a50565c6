import { useCallback, useEffect, useState } from 'react';

import { isAbort } from '../../../api/errors';
import { deleteExport, type ExportTarget, listExports, startExport } from '../../../api/exports';
import type { Export, ExportFormat } from '../../../types/dataset';

const PAUSE = 500;

interface Exports {
  /** Newest first; null until they are known. */
  readonly exports: readonly Export[] | null;
  readonly start: (format: ExportFormat) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

/** Return the exports of a dataset or a tokenization, and follow those that are being written. */
export function useExports(datasetId: string, target: ExportTarget): Exports {
  const { kind, id } = target;
  const [exports, setExports] = useState<readonly Export[] | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    const show = (found: readonly Export[]): void =>
      setExports(found.filter((each) => each.tokenization_id === (kind === 'datasets' ? null : id)));
    void follow(datasetId, controller.signal, show);
    return () => controller.abort();
  }, [datasetId, kind, id, round]);
  const refresh = useCallback(() => setRound((count) => count + 1), []);
  return {
    exports,
    start: useCallback(
      async (format) => {
        await startExport({ kind, id }, format);
        refresh();
      },
      [kind, id, refresh],
    ),
    remove: useCallback(
      async (exportId) => {
        await deleteExport(exportId);
        refresh();
      },
      [refresh],
    ),
  };
}

/** Return whether the files of an export are still being written. */
export function isActive({ state }: Pick<Export, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

async function follow(
  datasetId: string,
  signal: AbortSignal,
  show: (found: readonly Export[]) => void,
): Promise<void> {
  for (;;) {
    const found = await list(datasetId, signal);
    if (signal.aborted) return;
    if (found !== null) show(found);
    if (found !== null && !found.some(isActive)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Return the exports; null if the server does not answer, which is asked again. */
async function list(datasetId: string, signal: AbortSignal): Promise<readonly Export[] | null> {
  try {
    return await listExports(datasetId, signal);
  } catch (error) {
    return isAbort(error) ? [] : null;
  }
}
