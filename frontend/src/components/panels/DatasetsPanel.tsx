import { useEffect, useState } from 'react';

import { useAllDatasetsProgress } from '../../hooks/useDatasetProgress';
import { closeDataset, openDataset, showInDataset, useRoute } from '../../hooks/useRoute';
import { useDatasetsStore } from '../../stores/datasetsStore';
import type { Dataset } from '../../types/dataset';
import { DatasetDetailModal } from '../datasets/DatasetDetailModal';
import { DatasetList } from '../datasets/DatasetList';
import { DeleteDatasetDialog } from '../datasets/DeleteDatasetDialog';
import { DownloadForm } from '../datasets/DownloadForm';

/** Get datasets, look at them, delete them. */
export function DatasetsPanel() {
  const route = useRoute();
  const fetchDatasets = useDatasetsStore((state) => state.fetchDatasets);
  const [leaving, setLeaving] = useState<Dataset | null>(null);
  useAllDatasetsProgress();
  useEffect(() => {
    void fetchDatasets();
  }, [fetchDatasets]);
  return (
    <div className="space-y-6">
      <h2 className="text-2xl font-semibold">Dataset Management</h2>
      <DownloadForm onOpen={openDataset} />
      <DatasetList onOpen={openDataset} onDelete={setLeaving} />
      {leaving !== null && <DeleteDatasetDialog dataset={leaving} onClose={() => setLeaving(null)} />}
      {route.view === 'dataset' && (
        <DatasetDetailModal key={route.id} route={route} onNavigate={showInDataset} onClose={closeDataset} />
      )}
    </div>
  );
}
