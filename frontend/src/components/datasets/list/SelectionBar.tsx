import type { Dataset } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { dangerButton, quietButton } from '../../common/styles';
import type { Selection } from './useSelection';

interface SelectionBarProps {
  readonly selection: Selection;
  readonly onDelete: (datasets: readonly Dataset[]) => void;
}

/** What may be done with the chosen datasets; stays in sight while the list is scrolled. */
export function SelectionBar({ selection, onDelete }: SelectionBarProps) {
  const { chosen, chooseAll, stop } = selection;
  return (
    <div
      role="group"
      aria-label="Chosen datasets"
      className="sticky bottom-4 z-20 flex flex-wrap items-center gap-3 bg-slate-900 border border-slate-700 rounded-lg p-4"
    >
      <p role="status" className="mr-auto text-sm text-slate-300">
        {chosen.length === 0
          ? 'Choose datasets to delete them together.'
          : `${formatCount(chosen.length)} chosen`}
      </p>
      <div className="flex items-center gap-3 max-sm:ml-auto">
        <button type="button" onClick={chooseAll} className={quietButton}>
          Choose all
        </button>
        <button type="button" onClick={stop} className={quietButton}>
          Done
        </button>
        <button
          type="button"
          disabled={chosen.length === 0}
          onClick={() => onDelete(chosen)}
          className={dangerButton}
        >
          Delete…
        </button>
      </div>
    </div>
  );
}
