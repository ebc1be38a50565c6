/** Imports local files and the bundled sample, one import at a time: first the plan, then the upload. */
import { create } from 'zustand';
import { devtools } from 'zustand/middleware';

import { createSampleDataset } from '../api/datasets';
import { type ApiError, isAbort, toApiError } from '../api/errors';
import { planUpload } from '../api/importPlan';
import { type ImportChoices, uploadDataset, type UploadProgress } from '../api/upload';
import type { Dataset, ImportPlan } from '../types/dataset';
import { useDatasetsStore } from './datasetsStore';

/** The state of the import; `label` is the text that the panel shows for what is imported. */
export type ImportState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'planning'; readonly label: string }
  /** The card declares several configs, and the user must choose one. */
  | {
      readonly kind: 'choosing_config';
      readonly label: string;
      readonly files: readonly File[];
      readonly configs: readonly string[];
    }
  | {
      readonly kind: 'planned';
      readonly label: string;
      readonly files: readonly File[];
      readonly plan: ImportPlan;
    }
  | { readonly kind: 'sending'; readonly label: string; readonly progress: UploadProgress }
  | { readonly kind: 'failed'; readonly label: string; readonly error: ApiError };

interface ImportStore {
  readonly state: ImportState;
  /** The text column that the options beside the import buttons name; empty: none. */
  readonly textColumn: string;
  /** Ask what the files would be; nothing is sent but their beginnings and ends. */
  readonly planImport: (files: readonly File[], config?: string) => Promise<void>;
  /** Upload the files of the plan. */
  readonly importFiles: (files: readonly File[], choices: ImportChoices) => Promise<void>;
  readonly loadSample: () => Promise<void>;
  /** Abort the import, or dismiss its failure. */
  readonly dismiss: () => void;
}

const IDLE: ImportState = { kind: 'idle' };
let abortImport: (() => void) | null = null;

export const useImportStore = create<ImportStore>()(
  devtools(
    () => ({
      state: IDLE,
      textColumn: '',
      planImport,
      importFiles: (files, choices) => {
        const label = choices.name === '' ? formatFileNames(files) : choices.name;
        const onProgress = (progress: UploadProgress) =>
          setState({ kind: 'sending', label, progress }, 'progress');
        return runImport(label, (signal) => uploadDataset(files, choices, { onProgress, signal }));
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

async function planImport(files: readonly File[], config?: string): Promise<void> {
  const label = formatFileNames(files);
  await runStep({ kind: 'planning', label }, async (signal) => {
    try {
      const plan = await planUpload(files, config ?? null, signal);
      return { kind: 'planned', label, files, plan };
    } catch (error) {
      if (isAbort(error)) throw error;
      const failure = toApiError(error);
      if (failure.code !== 'config_required') throw error;
      return { kind: 'choosing_config', label, files, configs: failure.getTextList('choices') };
    }
  });
}

/** Run one import and list its dataset. */
function runImport(label: string, create: (signal: AbortSignal) => Promise<Dataset>): Promise<void> {
  const start: ImportState = { kind: 'sending', label, progress: { loaded: 0, total: 0 } };
  return runStep(start, async (signal) => {
    useDatasetsStore.getState().addDataset(await create(signal));
    return IDLE;
  });
}

/** Run one step of an import, unless another import is running; its result is the next state. */
async function runStep(
  start: Extract<ImportState, { readonly label: string }>,
  run: (signal: AbortSignal) => Promise<ImportState>,
): Promise<void> {
  const { kind } = useImportStore.getState().state;
  if (kind === 'sending' || kind === 'planning') {
    return;
  }
  const controller = new AbortController();
  abortImport = () => controller.abort();
  setState(start, 'start');
  // After a stop the state belongs to the next import.
  const settle = (state: ImportState, action: string) => {
    if (!controller.signal.aborted) setState(state, action);
  };
  try {
    settle(await run(controller.signal), 'done');
  } catch (error) {
    settle(
      isAbort(error) ? IDLE : { kind: 'failed', label: start.label, error: toApiError(error) },
      'failed',
    );
  }
}

function formatFileNames(files: readonly File[]): string {
  const [folder] = (files[0]?.webkitRelativePath ?? '').split('/');
  if (folder !== undefined && folder !== '') {
    return folder;
  }
  const [first, ...others] = files.map(({ name }) => name);
  return others.length === 0 ? (first ?? '') : `${first ?? ''} and ${others.length} more`;
}
