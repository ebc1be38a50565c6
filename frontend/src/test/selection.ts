/** A selection for components that are given one. */
import type { Selection } from '../components/datasets/list/useSelection';

/** As while nobody chooses datasets. */
export const NO_SELECTION: Selection = {
  active: false,
  selectedDatasets: [],
  has: () => false,
  toggle: () => undefined,
  selectAll: () => undefined,
  start: () => undefined,
  stop: () => undefined,
};
