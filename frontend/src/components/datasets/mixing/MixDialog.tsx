import { useCallback } from 'react';

import { mixDatasets, previewMix } from '../../../api/mix';
import { useAction } from '../../../hooks/useAction';
import { usePreview } from '../../../hooks/usePreview';
import { useDatasetsStore } from '../../../stores/datasetsStore';
import type { Dataset, MixRequest } from '../../../types/dataset';
import { formatPlural } from '../../../utils/formatters';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FormButtons } from '../../common/FormButtons';
import { MixOptions } from './MixOptions';
import { MixParts } from './MixParts';
import { useMixForm } from './useMixForm';

interface MixDialogProps {
  /** The datasets to mix, all ready. */
  readonly datasets: readonly Dataset[];
  readonly onClose: () => void;
  /** Called once the mixture is being made. */
  readonly onMixed: () => void;
}

/** A form that mixes datasets, and shows what each would contribute before it starts. */
export function MixDialog({ datasets, onClose, onMixed }: MixDialogProps) {
  const form = useMixForm(datasets);
  const { preview, failure } = usePreview(form, previewMix);
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
        <FormButtons
          label="Mix"
          disabled={problem !== null}
          isStarting={state.kind === 'running'}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

/** Return a function that starts mixing and shows the new dataset in the list. */
function useMix(): (request: MixRequest) => Promise<void> {
  const addDataset = useDatasetsStore((state) => state.addDataset);
  return useCallback(async (request) => addDataset(await mixDatasets(request)), [addDataset]);
}
