import { useCallback } from 'react';

import { getTokenization } from '../../../api/tokenizations';
import { useResource } from '../../../hooks/useResource';
import type { Audit, Ledger } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { LoadFailure } from '../../common/LoadFailure';
import { UsageSnippets } from '../shared/UsageSnippets';
import { TokenizedRows } from './TokenizedRows';

const VERDICTS = {
  passed: ['Passed', 'text-emerald-400'],
  warning: ['Passed with warnings', 'text-yellow-400'],
  failed: ['Failed', 'text-red-400'],
} as const;

/** The outcomes of a check: symbol, word and colour. */
const OUTCOMES = {
  passed: ['✓', 'passed', 'text-emerald-400'],
  warning: ['⚠', 'warning', 'text-yellow-400'],
  failed: ['✗', 'failed', 'text-red-400'],
  notApplicable: ['–', 'not applicable', 'text-slate-400'],
} as const;

/** A tokenization's audit, ledger, rows and snippets. */
export function LedgerAndAudit({ id }: { readonly id: string }) {
  const { state, reload } = useResource(
    useCallback((signal: AbortSignal) => getTokenization(id, signal), [id]),
  );
  if (state.kind === 'failed') {
    return <LoadFailure error={state.error} onRetry={reload} />;
  }
  if (state.kind === 'loading') {
    return <p role="status">Loading audit and ledger…</p>;
  }
  const { audit, ledger, usage } = state.value;
  return (
    <div className="space-y-6 pt-2">
      {audit !== null && <AuditReport audit={audit} />}
      {ledger !== null && <LedgerTable ledger={ledger} />}
      <TokenizedRows tokenization={state.value} />
      <UsageSnippets snippets={usage} />
    </div>
  );
}

function AuditReport({ audit }: { readonly audit: Audit }) {
  const [verdict, colour] = VERDICTS[audit.verdict];
  return (
    <section aria-label="Audit" className="space-y-2">
      <h5 className="font-semibold">
        Audit: <span className={colour}>{verdict}</span>
      </h5>
      <p className="text-sm text-slate-400">
        Verified on {formatCount(audit.documents_compared)} documents: {formatCount(audit.differences)} differ
        from the reference.
      </p>
      <ul className="text-sm text-slate-300 space-y-1">
        {audit.checks.map(({ name, title, passed, detail }) => {
          const [sign, word, tone] = OUTCOMES[toOutcome(passed, audit.verdict)];
          return (
            <li key={name} className="flex gap-2">
              <span className={`w-4 shrink-0 text-center ${tone}`}>
                <span aria-hidden="true">{sign}</span>
                <span className="sr-only">{word}: </span>
              </span>
              <span className="break-words min-w-0">
                {title}. <span className="text-slate-400">{detail}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Return the outcome of a check; a failed one is only a warning if the audit passed with warnings. */
function toOutcome(passed: boolean | null, verdict: Audit['verdict']): keyof typeof OUTCOMES {
  if (passed === null) return 'notApplicable';
  if (passed) return 'passed';
  return verdict === 'warning' ? 'warning' : 'failed';
}

function LedgerTable({ ledger }: { readonly ledger: Ledger }) {
  const source: [string, number][] = [
    ['Written as data', ledger.data_tokens],
    ['Truncated', ledger.truncated],
    ['Dropped (last row)', ledger.dropped],
    ['Filtered', ledger.filtered],
    ['Held out', ledger.held_out],
    ['Source tokens', ledger.source_tokens],
  ];
  const written: [string, number][] = [
    ['Data', ledger.data_tokens],
    ['Special tokens', ledger.special_tokens],
    ['Padding', ledger.padding],
    ['Written positions', ledger.positions],
  ];
  return (
    <section aria-label="Ledger" className="space-y-2">
      <h5 className="font-semibold">
        Ledger:{' '}
        <span className={ledger.balances ? 'text-emerald-400' : 'text-red-400'}>
          {ledger.balances ? 'balances' : 'does not balance'}
        </span>
      </h5>
      <div className="grid sm:grid-cols-2 gap-x-8 gap-y-4 items-start">
        <SumTable lines={source} label="Where the source tokens went" />
        <SumTable lines={written} label="What was written" />
      </div>
    </section>
  );
}

/** A table whose last line is the sum of the others. */
function SumTable({ lines, label }: { readonly lines: readonly [string, number][]; readonly label: string }) {
  return (
    <table className="w-full text-sm text-slate-300 tabular-nums">
      <caption className="text-left text-slate-400 mb-1">{label}</caption>
      <tbody>
        {lines.map(([name, count], index) => (
          <tr
            key={name}
            className={index === lines.length - 1 ? 'border-t border-slate-700 font-medium' : ''}
          >
            <th scope="row" className="text-left font-normal py-0.5">
              {name}
            </th>
            <td className="text-right">{formatCount(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
