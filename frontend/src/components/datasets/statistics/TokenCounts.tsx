import type { TokenStatistics } from '../../../types/dataset';
import { formatCount } from '../../../utils/formatters';
import { card } from '../../common/styles';
import { showWhitespace } from '../../common/TokenChips';

type TokenCount = TokenStatistics['most_frequent'][number];

/** How often tokens were written: the most and the least frequent ones, and the special ones. */
export function TokenCounts({ tokens }: { readonly tokens: TokenStatistics }) {
  const { most_frequent, least_frequent, special_tokens } = tokens;
  return (
    <section aria-labelledby="token-counts" className={card}>
      <h3 id="token-counts" className="font-semibold">
        Token Counts
      </h3>
      <p className="text-sm text-slate-400 mb-4">
        Counted as written: without what was cut, dropped or held out.
      </p>
      <div className="grid grid-cols-3 gap-6 max-md:grid-cols-1">
        <CountTable caption="Most frequent" counts={most_frequent} />
        <CountTable caption="Least frequent that occur" counts={least_frequent} />
        <CountTable caption="Special tokens, inserted or in the texts" counts={special_tokens} />
      </div>
    </section>
  );
}

interface CountTableProps {
  readonly caption: string;
  readonly counts: readonly TokenCount[];
}

function CountTable({ caption, counts }: CountTableProps) {
  if (counts.length === 0) {
    return (
      <div className="text-sm text-slate-400">
        <p className="mb-2">{caption}</p>
        <p>None.</p>
      </div>
    );
  }
  return (
    <table className="w-full self-start text-sm text-slate-300 tabular-nums">
      <caption className="text-left text-slate-400 mb-2">{caption}</caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Token</th>
          <th scope="col">Count</th>
        </tr>
      </thead>
      <tbody>
        {counts.map((count) => (
          <CountLine key={count.id} count={count} />
        ))}
      </tbody>
    </table>
  );
}

function CountLine({ count: { id, text, count } }: { readonly count: TokenCount }) {
  return (
    <tr>
      <th scope="row" className="text-left font-normal py-0.5">
        <bdi title={`id ${id}`} className="px-1 bg-slate-700 rounded font-mono break-all">
          {showWhitespace(text)}
        </bdi>
      </th>
      <td className="text-right pl-3">{formatCount(count)}</td>
    </tr>
  );
}
