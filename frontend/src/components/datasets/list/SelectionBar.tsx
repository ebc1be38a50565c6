import type { Dataset } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import type { Selection } from './useSelection';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly onDelete: (datasets: readonly Dataset[]) => void;
}

/** The actions for the selected datasets; it stays visible while the list scrolls. */
export function SelectionBar({ selection, onDelete }: SelectionBarProps) {
  const count = selection.selectedDatasets.length;
  return (
    <div
      role="group"
      aria-label="Selected datasets"
      className="sticky bottom-4 z-20 flex flex-wrap items-center gap-3 bg-slate-900 border border-slate-700 rounded-lg p-4"
    >
      <p role="status" className="mr-auto text-sm text-slate-300">
        {count === 0 ? 'Select datasets to delete them together.' : `${formatCount(count)} selected`}
      </p>
      <SelectionButtons selection={selection} onDelete={onDelete} />
    </div>
  );
}

function SelectionButtons({ selection, onDelete }: SelectionBarProps) {
  const { selectedDatasets, selectAll, stop } = selection;
  return (
    <div className="flex items-center gap-3 max-sm:ml-auto">
      <Button look="quiet" onClick={selectAll}>
        Select all
      </Button>
      <Button look="quiet" onClick={stop}>
        Cancel selection
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
