import { useCallback, useState } from 'react';

import { createSubset, previewSubset } from '../../../../api/subset';
import { useAction } from '../../../../hooks/useAction';
import { useDebounced } from '../../../../hooks/useDebounced';
import { useResource } from '../../../../hooks/useResource';
import { useDatasetsStore } from '../../../../stores/datasetsStore';
import type { Dataset, SubsetPreview, SubsetRequest } from '../../../../types/dataset';
import type { DatasetRoute } from '../../../../utils/route';
import { Button } from '../../../common/Button';
import { Dialog } from '../../../common/Dialog';
import { DialogHeader } from '../../../common/DialogHeader';
import { ErrorMessage } from '../../../common/ErrorMessage';
import { SaveOptions } from './SaveOptions';
import { SavePreview } from './SavePreview';
import { type SaveForm, useSaveForm } from './useSaveForm';

interface SaveDialogProps {
  /** The dataset and the filters of its samples. */
  readonly route: DatasetRoute;
  readonly onClose: () => void;
  /** Opens the window of the new dataset. */
  readonly onOpen: (datasetId: string) => void;
}

const PAUSE = 300;

/** A form that saves the filtered rows as a dataset; it shows which rows before it starts, and then where they are. */
export function SaveDialog({ route, onClose, onOpen }: SaveDialogProps) {
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
  const { preview, failure } = usePreview(route.id, form);
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
      {problem === null && preview !== null && <SavePreview preview={preview} />}
      {problem !== null && <ErrorMessage>{problem}</ErrorMessage>}
      {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      <div className="flex justify-end gap-3">
        <Button look="grey" onClick={onClose}>
          Cancel
        </Button>
        <Button
          look="apply"
          type="submit"
          disabled={problem !== null || preview?.taken === 0 || state.kind === 'running'}
          className="max-w-48"
        >
          {state.kind === 'running' ? 'Starting…' : 'Save'}
        </Button>
      </div>
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

interface Previewed {
  readonly preview: SubsetPreview | null;
  /** Why the server refuses the subset. */
  readonly failure: string | null;
}

/** Return what the subset would have, asked for once the user pauses. */
function usePreview(datasetId: string, { problem, request }: SaveForm): Previewed {
  const body = useDebounced(problem === null ? JSON.stringify({ ...request, name: undefined }) : '', PAUSE);
  const { state, lastValue } = useResource(
    useCallback(
      async (signal: AbortSignal) =>
        body === '' ? null : previewSubset(datasetId, JSON.parse(body) as SubsetRequest, signal),
      [datasetId, body],
    ),
  );
  return {
    preview: state.kind === 'loaded' ? state.value : lastValue,
    failure: state.kind === 'failed' ? state.error.detail : null,
  };
}
