import type { DatasetStatistics } from '../../../types/dataset';
import { formatCount, formatFileSize } from '../../../utils/formatters';
import { InfoTile } from '../../common/InfoTile';
import { card } from '../../common/styles';

/** The texts before any tokenization, over all splits. */
export function TextFigures({ statistics }: { readonly statistics: DatasetStatistics }) {
  const { characters, text_bytes, null_texts, empty_texts, invalid_texts } = statistics;
  return (
    <section aria-labelledby="text-figures" className={card}>
      <h3 id="text-figures" className="font-semibold mb-4">
        Texts of All Splits
      </h3>
      <dl className="grid grid-cols-5 gap-4 max-md:grid-cols-2">
        <InfoTile label="Characters">{formatCount(characters)}</InfoTile>
        <InfoTile label="Size of the texts">{formatFileSize(text_bytes)}</InfoTile>
        <InfoTile label="Null texts">{formatCount(null_texts)}</InfoTile>
        <InfoTile label="Empty texts">{formatCount(empty_texts)}</InfoTile>
        <InfoTile label="Repaired texts">{formatCount(invalid_texts)}</InfoTile>
      </dl>
    </section>
  );
}
