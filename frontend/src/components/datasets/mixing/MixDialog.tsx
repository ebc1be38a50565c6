import { useCallback } from 'react';

import { mixDatasets, previewMix } from '../../../api/mix';
import { useAction } from '../../../hooks/useAction';
import { useDebounced } from '../../../hooks/useDebounced';
import { useResource } from '../../../hooks/useResource';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset, MixPreview, MixRequest } from '../../../types/dataset';
import { formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { ErrorMessage } from '../../common/ErrorMessage';
import { MixOptions } from './MixOptions';
import { MixParts } from './MixParts';
import { type MixForm, useMixForm } from './useMixForm';

interface MixDialogProps {
  /** The datasets to mix, all ready. */
  readonly datasets: readonly Dataset[];
  readonly onClose: () => void;
  /** Called once the mixture is being made. */
  readonly onMixed: () => void;
}

const PAUSE = 300;

/** A form that mixes datasets, and shows what each would contribute before it starts. */
export function MixDialog({ datasets, onClose, onMixed }: MixDialogProps) {
  const form = useMixForm(datasets);
  const { preview, failure } = usePreview(form);
  const [state, mix] = useAction(useMix());
  const problem = form.problem ?? failure;
  return (
    <Dialog labelledBy="mix-title" onClose={onClose} width="max-w-3xl">
      <DialogHeader
        id="mix-title"
        title={`Mix ${formatPlural(datasets.length, 'dataset')}`}
        onClose={onClose}
      >
        Makes a new dataset; these stay as they are.
      </DialogHeader>
      <form
        className="p-6 space-y-6 overflow-y-auto"
        onSubmit={(event) => {
          event.preventDefault();
          void mix(form.request).then((succeeded) => succeeded && onMixed());
        }}
      >
        <MixParts form={form} preview={preview} />
        <MixOptions form={form} />
        {problem !== null && <ErrorMessage>{problem}</ErrorMessage>}
        {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
        <div className="flex justify-end gap-3">
          <Button look="grey" onClick={onClose}>
            Cancel
          </Button>
          <Button
            look="apply"
            type="submit"
            disabled={problem !== null || state.kind === 'running'}
            className="max-w-48"
          >
            {state.kind === 'running' ? 'Starting…' : 'Mix'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Return a function that starts mixing and shows the new dataset in the list. */
function useMix(): (request: MixRequest) => Promise<void> {
  const addDataset = useDatasetsStore((state) => state.addDataset);
  return useCallback(async (request) => addDataset(await mixDatasets(request)), [addDataset]);
}

interface Previewed {
  readonly preview: MixPreview | null;
  /** Why the server refuses the mixture. */
  readonly failure: string | null;
}

/** Return what the mixture would have, asked for once the user pauses. */
function usePreview({ problem, request }: MixForm): Previewed {
  const body = useDebounced(problem === null ? JSON.stringify({ ...request, name: undefined }) : '', PAUSE);
  const { state } = useResource(
    useCallback(
      async (signal: AbortSignal) =>
        body === '' ? null : previewMix(JSON.parse(body) as MixRequest, signal),
      [body],
    ),
  );
  return {
    preview: state.kind === 'loaded' ? state.value : null,
    failure: state.kind === 'failed' ? state.error.detail : null,
  };
}
