import { type RefObject, useEffect, useRef, useState } from 'react';

import { useAllDatasetsProgress } from '../../hooks/useDatasetProgress';
import { closeWindow, openDataset, showInDataset, useRoute } from '../../hooks/useRoute';
import { useDatasetsStore } from '../../stores/datasetsStore';
import type { Dataset } from '../../types/dataset';
import { Button } from '../common/Button';
import { lazyPart } from '../common/lazyPart';
import { DeleteDatasetDialog } from '../datasets/deletion/DeleteDatasetDialog';
import { DeleteDatasetsDialog } from '../datasets/deletion/DeleteDatasetsDialog';
import { DatasetDetailModal } from '../datasets/detail/DatasetDetailModal';
import { DownloadForm } from '../datasets/download/DownloadForm';
import { DropTarget } from '../datasets/importing/DropTarget';
import { ImportButtons } from '../datasets/importing/ImportButtons';
import { ImportPlanDialog } from '../datasets/importing/ImportPlanDialog';
import { ImportStatus } from '../datasets/importing/ImportStatus';
import { DatasetList } from '../datasets/list/DatasetList';
import { SelectionBar } from '../datasets/list/SelectionBar';
import { type Selection, useSelection } from '../datasets/list/useSelection';
import { RecipeButton } from '../datasets/recipes/RecipeButton';

/** The code of windows that are seldom open is loaded when they are first shown. */
const MixDialog = lazyPart(async () => ({
  default: (await import('../datasets/mixing/MixDialog')).MixDialog,
}));
const StorageDialog = lazyPart(async () => ({
  default: (await import('../datasets/storage/StorageDialog')).StorageDialog,
}));

type DatasetName = Pick<Dataset, 'id' | 'name'>;

/** The panel for downloading, inspecting and deleting datasets. */
export function DatasetsPanel() {
  const selection = useSelection();
  const [deleting, setDeleting] = useState<DatasetName | null>(null);
  const [deletingMany, setDeletingMany] = useState<readonly Dataset[] | null>(null);
  useAllDatasetsProgress();
  useInitialFetch();
  const [mixing, setMixing] = useState<readonly Dataset[] | null>(null);
  const closeDeletingMany = (): void => setDeletingMany(null);
  return (
    <div className="relative space-y-6">
      <h2 className="text-2xl font-semibold">Dataset Management</h2>
      <SelectButton selection={selection} />
      <DownloadForm onOpen={openDataset}>
        <div className="flex flex-wrap gap-3 text-sm">
          <ImportButtons />
          <RecipeButton />
        </div>
      </DownloadForm>
      <ImportStatus />
      <DatasetList onOpen={openDataset} onDelete={setDeleting} selection={selection}>
        <ImportButtons />
      </DatasetList>
      {selection.active && (
        <SelectionBar selection={selection} onMix={setMixing} onDelete={setDeletingMany} />
      )}
      <DropTarget />
      <ImportPlanDialog />
      <RouteWindow onDelete={setDeleting} />
      {deleting !== null && <DeleteDatasetDialog dataset={deleting} onClose={() => setDeleting(null)} />}
      {mixing !== null && (
        <MixDialog
          datasets={mixing}
          onClose={() => setMixing(null)}
          onMixed={() => {
            setMixing(null);
            selection.stop();
          }}
        />
      )}
      {deletingMany !== null && (
        <DeleteDatasetsDialog
          datasets={deletingMany}
          onClose={closeDeletingMany}
          onDeleted={() => {
            closeDeletingMany();
            selection.stop();
          }}
        />
      )}
    </div>
  );
}

function useInitialFetch(): void {
  const fetchDatasets = useDatasetsStore((state) => state.fetchDatasets);
  useEffect(() => {
    void fetchDatasets();
  }, [fetchDatasets]);
}

/** Starts the selection mode; shown outside it if there are several datasets. */
function SelectButton({ selection }: { readonly selection: Selection }) {
  const canSelect = useDatasetsStore((state) => state.datasets.length > 1);
  const button = useSelectionFocus(selection.active);
  return canSelect && !selection.active ? (
    <Button look="text" ref={button} onClick={selection.start} className="absolute -right-2 top-1.5 px-2">
      Select
    </Button>
  ) : null;
}

/** The window that the address names. */
function RouteWindow({ onDelete }: { readonly onDelete: (dataset: DatasetName) => void }) {
  const route = useRoute();
  switch (route.view) {
    case 'dataset':
      return (
        <DatasetDetailModal key={route.id} route={route} onNavigate={showInDataset} onClose={closeWindow} />
      );
    case 'storage':
      return <StorageDialog onDelete={onDelete} onClose={closeWindow} />;
    case 'list':
      return null;
  }
}

/** Move the focus to the first checkbox when selecting starts, because the Select button goes, and back at the end. */
function useSelectionFocus(isSelecting: boolean): RefObject<HTMLButtonElement | null> {
  const selectButton = useRef<HTMLButtonElement>(null);
  const previous = useRef(isSelecting);
  useEffect(() => {
    if (previous.current !== isSelecting) {
      const next = isSelecting
        ? document.querySelector<HTMLElement>('ul[aria-label="Datasets"] input')
        : selectButton.current;
      next?.focus();
    }
    previous.current = isSelecting;
  }, [isSelecting]);
  return selectButton;
}
