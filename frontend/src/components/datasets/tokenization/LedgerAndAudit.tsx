import { useCallback } from 'react';

import { getTokenization } from '../../../api/tokenizations';
import { useResource } from '../../../hooks/useResource';
import type { Audit, Ledger, TokenizationDetail } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { renderAsync } from '../../common/renderAsync';
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
  return renderAsync(state, {
    loading: <p role="status">Loading audit and ledger…</p>,
    onRetry: reload,
    loaded: (tokenization) => <Details tokenization={tokenization} />,
  });
}

function Details({ tokenization }: { readonly tokenization: TokenizationDetail }) {
  const { audit, ledger, resolved, usage } = tokenization;
  return (
    <div className="space-y-6 pt-2">
      {audit !== null && <AuditReport audit={audit} />}
      {ledger !== null && <LedgerTable ledger={ledger} />}
      <ResolvedNotes notes={resolved?.notes} />
      <TokenizedRows tokenization={tokenization} />
      <UsageSnippets snippets={usage} />
    </div>
  );
}

/** How defaults were resolved, such as roles that were mapped for the chat template. */
function ResolvedNotes({ notes }: { readonly notes: unknown }) {
  const sentences: unknown[] = Array.isArray(notes) ? notes : [];
  if (sentences.length === 0) return null;
  return (
    <section aria-label="Settings as resolved" className="space-y-2">
      <h5 className="font-semibold">Settings as resolved</h5>
      <ul className="text-sm text-slate-300 space-y-1">
        {sentences.map((note) => (
          <li key={String(note)}>{String(note)}</li>
        ))}
      </ul>
    </section>
  );
}

function AuditReport({ audit }: { readonly audit: Audit }) {
  const { verdict, documents_compared, differences, checks } = audit;
  const [word, colour] = VERDICTS[verdict];
  return (
    <section aria-label="Audit" className="space-y-2">
      <h5 className="font-semibold">
        Audit: <span className={colour}>{word}</span>
      </h5>
      <p className="text-sm text-slate-400">
        Verified on {formatCount(documents_compared)} documents: {formatCount(differences)} differ from the
        reference.
      </p>
      <ul className="text-sm text-slate-300 space-y-1">
        {checks.map((check) => (
          <CheckLine key={check.name} check={check} verdict={verdict} />
        ))}
      </ul>
    </section>
  );
}

interface CheckLineProps {
  readonly check: Audit['checks'][number];
  readonly verdict: Audit['verdict'];
}

function CheckLine({ check: { title, passed, detail }, verdict }: CheckLineProps) {
  const [sign, word, tone] = OUTCOMES[toOutcome(passed, verdict)];
  return (
    <li className="flex gap-2">
      <span className={`w-4 shrink-0 text-center ${tone}`}>
        <span aria-hidden="true">{sign}</span>
        <span className="sr-only">{word}: </span>
      </span>
      <span className="break-words min-w-0">
        {title}. <span className="text-slate-400">{detail}</span>
      </span>
    </li>
  );
}

/** Return the outcome of a check; a failed one is only a warning if the audit passed with warnings. */
function toOutcome(passed: boolean | null, verdict: Audit['verdict']): keyof typeof OUTCOMES {
  if (passed === null) return 'notApplicable';
  if (passed) return 'passed';
  return verdict === 'warning' ? 'warning' : 'failed';
}

type Line = readonly [name: string, count: number];

function LedgerTable({ ledger }: { readonly ledger: Ledger }) {
  const colour = ledger.balances ? 'text-emerald-400' : 'text-red-400';
  return (
    <section aria-label="Ledger" className="space-y-2">
      <h5 className="font-semibold">
        Ledger: <span className={colour}>{ledger.balances ? 'balances' : 'does not balance'}</span>
      </h5>
      <div className="grid sm:grid-cols-2 gap-x-8 gap-y-4 items-start">
        <SumTable lines={listSourceTokens(ledger)} label="Where the source tokens went" />
        <SumTable lines={listPositions(ledger)} label="What was written" />
      </div>
      <LedgerNotes ledger={ledger} />
    </section>
  );
}

/** What the ledger counts in documents and rows. */
function LedgerNotes({ ledger }: { readonly ledger: Ledger }) {
  const { filtered_documents: filtered, unread_rows: unread } = ledger;
  return (
    <>
      {filtered > 0 && (
        <p className="text-sm text-slate-400">
          {formatCount(filtered)} documents have fewer tokens than the minimum.
        </p>
      )}
      {unread > 0 && (
        <p className="text-sm text-slate-400">
          {formatCount(unread)} rows were not read: the maximum of tokens was reached before them.
        </p>
      )}
    </>
  );
}

function listSourceTokens(ledger: Ledger): readonly Line[] {
  const repeated: readonly Line[] = ledger.repeated > 0 ? [['Repeated in windows', -ledger.repeated]] : [];
  const unused: readonly Line[] = ledger.unused > 0 ? [['Unused (beyond the maximum)', ledger.unused]] : [];
  return [
    ['Written as data', ledger.data_tokens],
    ...repeated,
    ['Truncated', ledger.truncated],
    ['Dropped (last row)', ledger.dropped],
    ['Filtered', ledger.filtered],
    ['Held out', ledger.held_out],
    ...unused,
    ['Source tokens', ledger.source_tokens],
  ];
}

function listPositions(ledger: Ledger): readonly Line[] {
  return [
    ['Data', ledger.data_tokens],
    ['Special tokens', ledger.special_tokens],
    ['Padding', ledger.padding],
    ['Written positions', ledger.positions],
  ];
}

/** A table whose last line is the sum of the others. */
function SumTable({ lines, label }: { readonly lines: readonly Line[]; readonly label: string }) {
  return (
    <table className="w-full text-sm text-slate-300 tabular-nums">
      <caption className="text-left text-slate-400 mb-1">{label}</caption>
      <tbody>
        {lines.map((line, index) => (
          <SumLine key={line[0]} line={line} isSum={index === lines.length - 1} />
        ))}
      </tbody>
    </table>
  );
}

function SumLine({ line: [name, count], isSum }: { readonly line: Line; readonly isSum: boolean }) {
  return (
    <tr className={isSum ? 'border-t border-slate-700 font-medium' : ''}>
      <th scope="row" className="text-left font-normal py-0.5">
        {name}
      </th>
      <td className="text-right">{formatCount(count)}</td>
    </tr>
  );
}
