import type { Pagination } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { GoTo } from '../../common/GoTo';

interface SamplesPagerProps {
  readonly pagination: Pagination;
  /** The number of samples on this page. */
  readonly sampleCount: number;
  /** Whether the total is exact; otherwise it is a lower bound. */
  readonly exact?: boolean;
  /** What the panel is doing until the requested page is shown; null if it is shown. */
  readonly pendingText?: string | null;
  readonly onPage: (page: number) => void;
}

/** The position among all samples and the page navigation; it stays visible below the samples. */
export function SamplesPager(props: SamplesPagerProps) {
  return (
    <div className="sticky short:static -bottom-6 -mx-6 -mb-6 px-6 py-3 bg-slate-900 border-t border-slate-800 flex flex-wrap items-center justify-between gap-x-3 gap-y-2">
      <p role="status" className="text-sm text-slate-400 tabular-nums">
        {props.pendingText ?? describePosition(props)}
      </p>
      <PageNavigation {...props} />
    </div>
  );
}

function PageNavigation({ pagination, pendingText = null, onPage }: SamplesPagerProps) {
  const { page, limit, total, has_next, has_prev } = pagination;
  const busy = pendingText !== null;
  const goTo = (target: number): void => {
    if (!busy) onPage(target);
  };
  return (
    <nav aria-label="Pages of samples" className="flex flex-wrap items-center gap-2 max-sm:w-full">
      <GoTo
        key={page}
        id="samples-page"
        label="Page"
        value={page}
        count={Math.max(1, Math.ceil(total / limit))}
        busy={busy}
        onGo={goTo}
      />
      <div className="flex gap-2 max-sm:ml-auto">
        <PageButton label="Previous" busy={busy} disabled={!has_prev} onClick={() => goTo(page - 1)} />
        <PageButton label="Next" busy={busy} disabled={!has_next} onClick={() => goTo(page + 1)} />
      </div>
    </nav>
  );
}

interface PageButtonProps {
  readonly label: string;
  readonly busy: boolean;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

/** A button that keeps the focus while its page loads, because it is then disabled with aria-disabled only. */
function PageButton({ label, busy, disabled, onClick }: PageButtonProps) {
  return (
    <Button look="waiting" disabled={disabled} aria-disabled={busy} onClick={onClick}>
      {label}
    </Button>
  );
}

function describePosition({ pagination, sampleCount, exact = true }: SamplesPagerProps): string {
  const { page, limit, total } = pagination;
  const first = (page - 1) * limit + 1;
  const range = sampleCount === 0 ? 'none' : `${formatCount(first)}–${formatCount(first + sampleCount - 1)}`;
  return `Showing ${range} of ${exact ? '' : 'at least '}${formatCount(total)}`;
}
