import { type SyntheticEvent, useState } from 'react';

import type { Pagination } from '../../types/dataset';
import { formatCount } from '../../utils/formatters';
import { quietButton } from '../common/styles';

interface SamplesPagerProps {
  readonly pagination: Pagination;
  /** How many samples this page has. */
  readonly shown: number;
  /** Whether the total is one, and not a lower bound that still grows. */
  readonly exact?: boolean;
  readonly onPage: (page: number) => void;
}

/** Where one is among all samples, and how to get elsewhere. */
export function SamplesPager({ pagination, shown, exact = true, onPage }: SamplesPagerProps) {
  const { page, limit, total, has_next, has_prev } = pagination;
  const first = (page - 1) * limit + 1;
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p role="status" className="text-sm text-slate-400 tabular-nums">
        Showing {shown === 0 ? 'none' : `${formatCount(first)}–${formatCount(first + shown - 1)}`} of{' '}
        {exact ? '' : 'at least '}
        {formatCount(total)}
      </p>
      <nav aria-label="Pages of samples" className="flex flex-wrap items-center gap-2 text-sm">
        <GoToPage key={page} page={page} pages={Math.max(1, Math.ceil(total / limit))} onPage={onPage} />
        <button type="button" disabled={!has_prev} onClick={() => onPage(page - 1)} className={quietButton}>
          Previous
        </button>
        <button type="button" disabled={!has_next} onClick={() => onPage(page + 1)} className={quietButton}>
          Next
        </button>
      </nav>
    </div>
  );
}

interface GoToPageProps {
  readonly page: number;
  readonly pages: number;
  readonly onPage: (page: number) => void;
}

function GoToPage({ page, pages, onPage }: GoToPageProps) {
  const [typed, setTyped] = useState(String(page));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    const wanted = Math.min(pages, Math.max(1, Math.round(Number(typed))));
    if (Number.isNaN(wanted)) {
      setTyped(String(page));
    } else {
      setTyped(String(wanted));
      if (wanted !== page) onPage(wanted);
    }
  };
  return (
    <form
      onSubmit={submit}
      noValidate
      className="flex items-center gap-2 text-sm text-slate-400 tabular-nums"
    >
      <label htmlFor="samples-page">Page</label>
      <input
        id="samples-page"
        inputMode="numeric"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="w-20 max-sm:w-14 px-2 py-1 bg-slate-900 border border-slate-700 rounded focus:outline-none focus:border-emerald-500"
      />
      of {formatCount(pages)}
      <button type="submit" className={quietButton}>
        Go
      </button>
    </form>
  );
}
