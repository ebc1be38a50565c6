import { type RefObject, useEffect, useRef, useState } from 'react';

import { useAllDatasetsProgress } from '../../hooks/useDatasetProgress';
import { closeWindow, openDataset, showInDataset, useRoute } from '../../hooks/useRoute';
import { useDatasetsStore } from '../../stores/datasetsStore';
import type { Dataset } from '../../types/dataset';
import { textButton } from '../common/styles';
import { DeleteDatasetDialog } from '../datasets/deletion/DeleteDatasetDialog';
import { DeleteDatasetsDialog } from '../datasets/deletion/DeleteDatasetsDialog';
import { DatasetDetailModal } from '../datasets/detail/DatasetDetailModal';
import { DownloadForm } from '../datasets/download/DownloadForm';
import { DropTarget } from '../datasets/importing/DropTarget';
import { ImportButtons } from '../datasets/importing/ImportButtons';
import { ImportStatus } from '../datasets/importing/ImportStatus';
import { DatasetList } from '../datasets/list/DatasetList';
import { SelectionBar } from '../datasets/list/SelectionBar';
import { useSelection } from '../datasets/list/useSelection';
import { StorageDialog } from '../datasets/storage/StorageDialog';

/** Get datasets, look at them, delete them. */
export function DatasetsPanel() {
  const route = useRoute();
  const selection = useSelection();
  const fetchDatasets = useDatasetsStore((state) => state.fetchDatasets);
  const several = useDatasetsStore((state) => state.datasets.length > 1);
  const [leaving, setLeaving] = useState<Pick<Dataset, 'id' | 'name'> | null>(null);
  const [leavingTogether, setLeavingTogether] = useState<readonly Dataset[] | null>(null);
  const select = useFocusWhileChoosing(selection.active);
  useAllDatasetsProgress();
  useEffect(() => {
    void fetchDatasets();
  }, [fetchDatasets]);
  const endTogether = (): void => {
    setLeavingTogether(null);
    selection.stop();
  };
  return (
    <div className="relative space-y-6">
      <h2 className="text-2xl font-semibold">Dataset Management</h2>
      {several && !selection.active && (
        <button
          ref={select}
          type="button"
          onClick={selection.start}
          className={`${textButton} absolute -right-2 top-1.5 px-2`}
        >
          Select
        </button>
      )}
      <DownloadForm onOpen={openDataset}>
        <ImportButtons />
      </DownloadForm>
      <ImportStatus />
      <DatasetList onOpen={openDataset} onDelete={setLeaving} selection={selection}>
        <ImportButtons />
      </DatasetList>
      {selection.active && <SelectionBar selection={selection} onDelete={setLeavingTogether} />}
      <DropTarget />
      {route.view === 'dataset' && (
        <DatasetDetailModal key={route.id} route={route} onNavigate={showInDataset} onClose={closeWindow} />
      )}
      {route.view === 'storage' && <StorageDialog onDelete={setLeaving} onClose={closeWindow} />}
      {leaving !== null && <DeleteDatasetDialog dataset={leaving} onClose={() => setLeaving(null)} />}
      {leavingTogether !== null && (
        <DeleteDatasetsDialog
          datasets={leavingTogether}
          onClose={() => setLeavingTogether(null)}
          onDeleted={endTogether}
        />
      )}
    </div>
  );
}

/** The button that was pressed goes: the focus is then on the first thing to choose, and in the end where it began. */
function useFocusWhileChoosing(choosing: boolean): RefObject<HTMLButtonElement | null> {
  const select = useRef<HTMLButtonElement>(null);
  const before = useRef(choosing);
  useEffect(() => {
    if (before.current !== choosing) {
      const next = choosing
        ? document.querySelector<HTMLElement>('ul[aria-label="Datasets"] input')
        : select.current;
      next?.focus();
    }
    before.current = choosing;
  }, [choosing]);
  return select;
}
