/** A selection for components that are given one. */
import type { Selection } from '../components/datasets/list/useSelection';

/** As while nobody chooses datasets. */
export const NO_SELECTION: Selection = {
  active: false,
  chosen: [],
  has: () => false,
  toggle: () => undefined,
  chooseAll: () => undefined,
  start: () => undefined,
  stop: () => undefined,
};
