/** A selection for components that take one. */
import type { Selection } from '../components/datasets/list/useSelection';

/** The selection mode is off. */
export const NO_SELECTION: Selection = {
  active: false,
  selectedDatasets: [],
  has: () => false,
  toggle: () => undefined,
  selectAll: () => undefined,
  start: () => undefined,
  stop: () => undefined,
};
