import type { Dataset } from '../../../types/dataset';
import { type DatasetRoute, formatRoute, makeDatasetRoute } from '../../../utils/route';

interface TextLinksProps {
  readonly dataset: Dataset;
}

/** Links to the rows whose text is null, empty or repaired, as far as there are any. */
export function TextLinks({ dataset }: TextLinksProps) {
  const links = listLinks(dataset);
  return links.length === 0 ? null : (
    <span className="flex flex-wrap gap-x-3">
      {links.map(([name, changes]) => (
        <a
          key={name}
          href={formatRoute(makeDatasetRoute(dataset.id, { tab: 'samples', ...changes }))}
          className="text-emerald-400 hover:underline"
        >
          Show the {name} texts
        </a>
      ))}
    </span>
  );
}

type Link = readonly [name: string, changes: Partial<DatasetRoute>];

function listLinks({
  null_texts: nulls,
  empty_texts: empty,
  invalid_texts: repaired,
  ...dataset
}: Dataset): Link[] {
  const column = findTextColumn(dataset);
  const links: Link[] = [];
  if (nulls && column !== null) links.push(['null', { where: [JSON.stringify([column, 'is_null'])] }]);
  if (empty && column !== null) links.push(['empty', { where: [JSON.stringify([column, '=', ''])] }]);
  // U+FFFD replaces invalid characters.
  if (repaired) links.push(['repaired', { search: '\ufffd', mode: 'exact' }]);
  return links;
}

/** Return the column whose values are the texts; null if texts are made of several columns, or of conversations. */
function findTextColumn(dataset: Pick<Dataset, 'text_column' | 'text_template' | 'metadata'>): string | null {
  const { text_column: column, text_template: template, metadata } = dataset;
  const isText = metadata.columns.some(({ name, kind }) => name === column && kind === 'text');
  return template === null && isText ? column : null;
}
