/** Operations on lists of datasets: newest first, no duplicates, and a newer record is never replaced by an older one. */
import type { Dataset } from '../types/dataset';

/** Return `datasets` with each of `incoming` added, or replacing its record unless that is newer. */
export function mergeDatasets(datasets: readonly Dataset[], incoming: readonly Dataset[]): Dataset[] {
  const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  for (const dataset of incoming) {
    byId.set(dataset.id, pickNewer(byId.get(dataset.id), dataset));
  }
  return [...byId.values()].sort(compareNewestFirst);
}

/** Return `incoming` as the whole list, but keep newer records of `datasets`. */
export function replaceDatasets(datasets: readonly Dataset[], incoming: readonly Dataset[]): Dataset[] {
  const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  return incoming.map((dataset) => pickNewer(known.get(dataset.id), dataset)).sort(compareNewestFirst);
}

/** Return the record with the later event number. */
export function pickNewer<Row extends Pick<Dataset, 'seq'>>(present: Row | undefined, incoming: Row): Row {
  return present !== undefined && present.seq > incoming.seq ? present : incoming;
}

function compareNewestFirst(one: Dataset, other: Dataset): number {
  const byTime = Date.parse(other.created_at) - Date.parse(one.created_at);
  return byTime !== 0 ? byTime : one.id.localeCompare(other.id);
}
