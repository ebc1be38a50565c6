/** The other ways in: files of this machine, and the sample that comes with the studio. One import at a time. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { createSampleDataset } from '../api/datasets';
import { type ApiError, isAbort, toApiError } from '../api/errors';
import { uploadDataset, type UploadProgress } from '../api/upload';
import { useDatasetsStore } from './datasetsStore';

/** Where the import stands; `what` is what is imported, as it is shown. */
export type ImportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly label: string; readonly progress: UploadProgress }
  | { readonly kind: 'failed'; readonly label: string; readonly error: ApiError };

interface ImportStore {
  readonly state: ImportState;
  readonly importFiles: (files: readonly File[]) => Promise<void>;
  readonly loadSample: () => Promise<void>;
  /** Stop what is being sent, or take note of its failure. */
  readonly dismiss: () => void;
}

const IDLE: ImportState = { kind: 'idle' };
let abortImport: (() => void) | null = null;

export const useImportStore = create<ImportStore>()(
  devtools(
    (set, get) => {
      const runImport = async (
        label: string,
        make: (signal: AbortSignal) => Promise<unknown>,
      ): Promise<void> => {
        if (get().state.kind === 'sending') {
          return;
        }
        const controller = new AbortController();
        abortImport = () => controller.abort();
        set({ state: { kind: 'sending', label, progress: { loaded: 0, total: 0 } } }, false, 'begin');
        try {
          await make(controller.signal);
          set({ state: IDLE }, false, 'done');
        } catch (error) {
          const state = isAbort(error)
            ? IDLE
            : ({ kind: 'failed', label, error: toApiError(error) } as const);
          set({ state }, false, 'failed');
        }
      };
      return {
        state: IDLE,
        importFiles: (files) => {
          const label = formatFileNames(files);
          return runImport(label, async (signal) => {
            const onProgress = (progress: UploadProgress) =>
              set({ state: { kind: 'sending', label, progress } }, false, 'sent');
            useDatasetsStore.getState().addDataset(await uploadDataset(files, { onProgress, signal }));
          });
        },
        loadSample: () =>
          runImport('the sample', async () => {
            useDatasetsStore.getState().addDataset(await createSampleDataset());
          }),
        dismiss: () => {
          abortImport?.();
          set({ state: IDLE }, false, 'dismiss');
        },
      };
    },
    { name: 'ImportStore' },
  ),
);

function formatFileNames(files: readonly File[]): string {
  const [first, ...others] = files.map(({ name }) => name);
  return others.length === 0 ? (first ?? '') : `${first ?? ''} and ${others.length} more`;
}
