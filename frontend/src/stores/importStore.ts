/** Imports local files and the bundled sample, one import at a time. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { createSampleDataset } from '../api/datasets';
import { type ApiError, isAbort, toApiError } from '../api/errors';
import { uploadDataset, type UploadProgress } from '../api/upload';
import type { Dataset } from '../types/dataset';
import { useDatasetsStore } from './datasetsStore';

/** The state of the import; `label` is the text that the panel shows for what is imported. */
export type ImportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly label: string; readonly progress: UploadProgress }
  | { readonly kind: 'failed'; readonly label: string; readonly error: ApiError };

interface ImportStore {
  readonly state: ImportState;
  readonly importFiles: (files: readonly File[]) => Promise<void>;
  readonly loadSample: () => Promise<void>;
  /** Abort the upload, or dismiss its failure. */
  readonly dismiss: () => void;
}

const IDLE: ImportState = { kind: 'idle' };
let abortImport: (() => void) | null = null;

export const useImportStore = create<ImportStore>()(
  devtools(
    () => ({
      state: IDLE,
      importFiles: (files) => {
        const label = formatFileNames(files);
        const onProgress = (progress: UploadProgress) =>
          setState({ kind: 'sending', label, progress }, 'progress');
        return runImport(label, (signal) => uploadDataset(files, { onProgress, signal }));
      },
      loadSample: () => runImport('the sample', createSampleDataset),
      dismiss: () => {
        abortImport?.();
        setState(IDLE, 'dismiss');
      },
    }),
    { name: 'ImportStore' },
  ),
);

function setState(state: ImportState, action: string): void {
  useImportStore.setState({ state }, false, action);
}

/** Run one import and list its dataset, unless another import is running. */
async function runImport(label: string, create: (signal: AbortSignal) => Promise<Dataset>): Promise<void> {
  if (useImportStore.getState().state.kind === 'sending') {
    return;
  }
  const controller = new AbortController();
  abortImport = () => controller.abort();
  setState({ kind: 'sending', label, progress: { loaded: 0, total: 0 } }, 'start');
  // After a stop the state belongs to the next import.
  const settle = (state: ImportState, action: string) => {
    if (!controller.signal.aborted) setState(state, action);
  };
  try {
    useDatasetsStore.getState().addDataset(await create(controller.signal));
    settle(IDLE, 'done');
  } catch (error) {
    settle(isAbort(error) ? IDLE : { kind: 'failed', label, error: toApiError(error) }, 'failed');
  }
}

function formatFileNames(files: readonly File[]): string {
  const [first, ...others] = files.map(({ name }) => name);
  return others.length === 0 ? (first ?? '') : `${first ?? ''} and ${others.length} more`;
}
