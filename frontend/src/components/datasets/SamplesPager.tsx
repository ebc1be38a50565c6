import type { Pagination } from '../../types/dataset';
import { formatCount } from '../../utils/formatters';
import { GoTo } from '../common/GoTo';
import { quietButton } from '../common/styles';

interface SamplesPagerProps {
  readonly pagination: Pagination;
  /** How many samples this page has. */
  readonly shown: number;
  /** Whether the total is one, and not a lower bound that still grows. */
  readonly exact?: boolean;
  readonly onPage: (page: number) => void;
}

/** Where one is among all samples, and how to get elsewhere; it stays in sight under them. */
export function SamplesPager({ pagination, shown, exact = true, onPage }: SamplesPagerProps) {
  const { page, limit, total, has_next, has_prev } = pagination;
  const first = (page - 1) * limit + 1;
  return (
    <div className="sticky -bottom-6 -mx-6 -mb-6 px-6 py-3 bg-slate-900 border-t border-slate-800 flex flex-wrap items-center justify-between gap-x-3 gap-y-2">
      <p role="status" className="text-sm text-slate-400 tabular-nums">
        Showing {shown === 0 ? 'none' : `${formatCount(first)}–${formatCount(first + shown - 1)}`} of{' '}
        {exact ? '' : 'at least '}
        {formatCount(total)}
      </p>
      <nav aria-label="Pages of samples" className="flex flex-wrap items-center gap-2 max-sm:w-full">
        <GoTo
          key={page}
          id="samples-page"
          label="Page"
          value={page}
          count={Math.max(1, Math.ceil(total / limit))}
          onGo={onPage}
        />
        <div className="flex gap-2 max-sm:ml-auto">
          <button type="button" disabled={!has_prev} onClick={() => onPage(page - 1)} className={quietButton}>
            Previous
          </button>
          <button type="button" disabled={!has_next} onClick={() => onPage(page + 1)} className={quietButton}>
            Next
          </button>
        </div>
      </nav>
    </div>
  );
}
