import type { Dataset } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import type { Selection } from './useSelection';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly onMix: (datasets: readonly Dataset[]) => void;
  readonly onDelete: (datasets: readonly Dataset[]) => void;
}

/** The actions for the selected datasets; it stays visible while the list scrolls. */
export function SelectionBar({ selection, ...actions }: SelectionBarProps) {
  const count = selection.selectedDatasets.length;
  return (
    <div
      role="group"
      aria-label="Selected datasets"
      className="sticky bottom-4 z-20 flex flex-wrap items-center gap-3 bg-slate-900 border border-slate-700 rounded-lg p-4"
    >
      <p role="status" className="mr-auto text-sm text-slate-300">
        {count === 0 ? 'Select datasets to mix or delete them.' : `${formatCount(count)} selected`}
      </p>
      <SelectionButtons selection={selection} {...actions} />
    </div>
  );
}

function SelectionButtons({ selection, onMix, onDelete }: SelectionBarProps) {
  const { selectedDatasets, selectAll, stop } = selection;
  const ready = selectedDatasets.filter(({ status }) => status === 'ready');
  return (
    <div className="flex flex-wrap items-center justify-end gap-3 max-sm:ml-auto">
      <Button look="quiet" onClick={selectAll}>
        Select all
      </Button>
      <Button look="quiet" onClick={stop}>
        Cancel selection
      </Button>
      <Button
        look="quiet"
        disabled={ready.length < 2 || ready.length < selectedDatasets.length}
        title="Mixes two or more ready datasets into one"
        onClick={() => onMix(selectedDatasets)}
      >
        Mix…
      </Button>
      <Button
        look="danger"
        disabled={selectedDatasets.length === 0}
        onClick={() => onDelete(selectedDatasets)}
      >
        Delete…
      </Button>
    </div>
  );
}
