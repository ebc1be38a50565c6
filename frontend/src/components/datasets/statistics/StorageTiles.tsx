import { useStorage } from '../../../hooks/useStorage';
import type { DatasetDetail } from '../../../types/dataset';
import { formatFileSize, formatPercent } from '../../../utils/formatters';
import { describeSettings } from '../../../utils/tokenizations';
import { InfoTile } from '../../common/InfoTile';
import { card } from '../../common/styles';

/** The disk space of a dataset's data, index and tokenizations. */
export function StorageTiles({ dataset }: { readonly dataset: DatasetDetail }) {
  return (
    <section aria-labelledby="statistics-storage" className={card}>
      <h3 id="statistics-storage" className="font-semibold mb-4">
        Storage
      </h3>
      <dl className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
        <InfoTile label="Data">{formatFileSize(dataset.size_bytes)}</InfoTile>
        <IndexTile dataset={dataset} />
        {dataset.tokenizations.map((one) => (
          <InfoTile key={one.id} label={`Tokenization: ${one.tokenizer}`} note={describeSettings(one)}>
            {formatFileSize(one.size_bytes)}
          </InfoTile>
        ))}
      </dl>
    </section>
  );
}

function IndexTile({ dataset: { id, index } }: { readonly dataset: DatasetDetail }) {
  const storage = useStorage();
  const datasets = storage.kind === 'loaded' ? storage.value.datasets : [];
  const part = datasets.find((one) => one.dataset_id === id)?.parts.find((one) => one.part === 'index');
  switch (index.state) {
    case 'none':
      return <InfoTile label="Search index">None</InfoTile>;
    case 'building':
      return <InfoTile label="Search index">{formatPercent(index.progress)} built</InfoTile>;
    case 'error':
      return <InfoTile label="Search index">Build failed</InfoTile>;
    case 'ready':
      return <InfoTile label="Search index">{formatFileSize(part?.size_bytes)}</InfoTile>;
  }
}
