/** The other ways in: files of this machine, and the sample that comes with the studio. One import at a time. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { createSampleDataset } from '../api/datasets';
import { type ApiError, isAbort, toApiError } from '../api/errors';
import { type Sent, uploadDataset } from '../api/upload';
import { useDatasetsStore } from './datasetsStore';

/** Where the import stands; `what` is what is imported, as it is shown. */
export type ImportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly what: string; readonly sent: Sent }
  | { readonly kind: 'failed'; readonly what: string; readonly error: ApiError };

interface ImportStore {
  readonly state: ImportState;
  readonly importFiles: (files: readonly File[]) => Promise<void>;
  readonly loadSample: () => Promise<void>;
  /** Stop what is being sent, or take note of its failure. */
  readonly dismiss: () => void;
}

const IDLE: ImportState = { kind: 'idle' };
let stop: (() => void) | null = null;

export const useImportStore = create<ImportStore>()(
  devtools(
    (set, get) => {
      const begin = async (what: string, make: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
        if (get().state.kind === 'sending') {
          return;
        }
        const controller = new AbortController();
        stop = () => controller.abort();
        set({ state: { kind: 'sending', what, sent: { loaded: 0, total: 0 } } }, false, 'begin');
        try {
          await make(controller.signal);
          set({ state: IDLE }, false, 'done');
        } catch (error) {
          const state = isAbort(error) ? IDLE : ({ kind: 'failed', what, error: toApiError(error) } as const);
          set({ state }, false, 'failed');
        }
      };
      return {
        state: IDLE,
        importFiles: (files) => {
          const what = namesOf(files);
          return begin(what, async (signal) => {
            const onProgress = (sent: Sent) => set({ state: { kind: 'sending', what, sent } }, false, 'sent');
            useDatasetsStore.getState().addDataset(await uploadDataset(files, { onProgress, signal }));
          });
        },
        loadSample: () =>
          begin('the sample', async () => {
            useDatasetsStore.getState().addDataset(await createSampleDataset());
          }),
        dismiss: () => {
          stop?.();
          set({ state: IDLE }, false, 'dismiss');
        },
      };
    },
    { name: 'ImportStore' },
  ),
);

function namesOf(files: readonly File[]): string {
  const [first, ...others] = files.map(({ name }) => name);
  return others.length === 0 ? (first ?? '') : `${first ?? ''} and ${others.length} more`;
}
