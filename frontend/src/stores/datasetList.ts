/** The list of datasets as a value: newest first, each once, an older version never in place of a newer one. */
import type { Dataset } from '../types/dataset';

/** `datasets` with each of `incoming` put in or, where it is not older, in place of what stood there. */
export function mergeDatasets(datasets: readonly Dataset[], incoming: readonly Dataset[]): Dataset[] {
  const byId = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  for (const dataset of incoming) {
    byId.set(dataset.id, pickNewer(byId.get(dataset.id), dataset));
  }
  return [...byId.values()].sort(compareNewestFirst);
}

/** `incoming` as the whole list, except that a record already known in a newer version keeps it. */
export function replaceDatasets(datasets: readonly Dataset[], incoming: readonly Dataset[]): Dataset[] {
  const known = new Map(datasets.map((dataset) => [dataset.id, dataset]));
  return incoming.map((dataset) => pickNewer(known.get(dataset.id), dataset)).sort(compareNewestFirst);
}

/** Whichever of the two stands later in the dataset's own course of events. */
export function pickNewer<Row extends Pick<Dataset, 'seq'>>(present: Row | undefined, incoming: Row): Row {
  return present !== undefined && present.seq > incoming.seq ? present : incoming;
}

function compareNewestFirst(one: Dataset, other: Dataset): number {
  const byTime = Date.parse(other.created_at) - Date.parse(one.created_at);
  return byTime !== 0 ? byTime : one.id.localeCompare(other.id);
}
