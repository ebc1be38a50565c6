import { useCallback, useState } from 'react';

import { createSubset, previewSubset } from '../../../../api/subset';
import { useAction } from '../../../../hooks/useAction';
import { usePreview } from '../../../../hooks/usePreview';
import { useDatasetsStore } from '../../../../stores/datasetsStore';
import type { Dataset, SubsetRequest } from '../../../../types/dataset';
import type { DatasetRoute } from '../../../../utils/route';
import { Button } from '../../../common/Button';
import { Dialog } from '../../../common/Dialog';
import { DialogHeader } from '../../../common/DialogHeader';
import { ErrorMessage } from '../../../common/ErrorMessage';
import { FormButtons } from '../../../common/FormButtons';
import { CleaningOptions } from './CleaningOptions';
import { CleaningPreview } from './CleaningPreview';
import { SaveOptions } from './SaveOptions';
import { SavePreview } from './SavePreview';
import { useSaveForm } from './useSaveForm';

interface SaveDialogProps {
  /** The dataset and the filters of its samples. */
  readonly route: DatasetRoute;
  readonly onClose: () => void;
  /** Opens the window of the new dataset. */
  readonly onOpen: (datasetId: string) => void;
}

/** A form that saves the filtered rows as a dataset; it shows which rows before it starts, and then where they are. */
export default function SaveDialog({ route, onClose, onOpen }: SaveDialogProps) {
  const [made, setMade] = useState<Dataset | null>(null);
  return (
    <Dialog labelledBy="save-title" onClose={onClose} width="max-w-2xl">
      <DialogHeader id="save-title" title="Save as dataset" onClose={onClose}>
        Copies the rows that are filtered here. This dataset stays as it is.
      </DialogHeader>
      {made === null ? (
        <Form route={route} onClose={onClose} onMade={setMade} />
      ) : (
        <Made dataset={made} onClose={onClose} onOpen={onOpen} />
      )}
    </Dialog>
  );
}

interface FormProps extends Omit<SaveDialogProps, 'onOpen'> {
  readonly onMade: (dataset: Dataset) => void;
}

function Form({ route, onClose, onMade }: FormProps) {
  const form = useSaveForm(route);
  const ask = useCallback(
    (request: SubsetRequest, signal: AbortSignal) => previewSubset(route.id, request, signal),
    [route.id],
  );
  const { preview: found, lastPreview, failure } = usePreview(form, ask);
  const preview = found ?? lastPreview;
  const [state, save] = useAction(useSave(route.id, onMade));
  const problem = form.problem ?? failure;
  return (
    <form
      className="p-6 space-y-6 overflow-y-auto"
      onSubmit={(event) => {
        event.preventDefault();
        void save(form.request);
      }}
    >
      <SaveOptions form={form} />
      <CleaningOptions datasetId={route.id} choices={form.cleaning} onChange={form.changeCleaning} />
      {problem === null && preview !== null && <SavePreview preview={preview} />}
      {problem === null && preview !== null && <CleaningPreview preview={preview} />}
      {problem !== null && <ErrorMessage>{problem}</ErrorMessage>}
      {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      <FormButtons
        label="Save"
        disabled={problem !== null || preview?.taken === 0}
        isStarting={state.kind === 'running'}
        onCancel={onClose}
      />
    </form>
  );
}

function Made({ dataset, onClose, onOpen }: Omit<SaveDialogProps, 'route'> & { readonly dataset: Dataset }) {
  return (
    <div className="p-6 space-y-6">
      <p role="status">
        <bdi>“{dataset.name}”</bdi> is being made. It is in the list of datasets.
      </p>
      <div className="flex justify-end gap-3">
        <Button look="grey" onClick={onClose}>
          Close
        </Button>
        <Button look="apply" className="max-w-48" onClick={() => onOpen(dataset.id)}>
          Open it
        </Button>
      </div>
    </div>
  );
}

/** Return a function that starts the subset and shows it in the list. */
function useSave(datasetId: string, onMade: (dataset: Dataset) => void) {
  const addDataset = useDatasetsStore((state) => state.addDataset);
  return useCallback(
    async (request: SubsetRequest): Promise<void> => {
      const dataset = await createSubset(datasetId, request);
      addDataset(dataset);
      onMade(dataset);
    },
    [datasetId, addDataset, onMade],
  );
}
