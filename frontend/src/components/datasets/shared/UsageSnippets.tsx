import type { UsageSnippet } from '../../../types/dataset';
import { CopyButton } from '../../common/CopyButton';
import { tile } from '../../common/styles';

/** Python snippets that load the data, each with a copy button. */
export function UsageSnippets({ snippets }: { readonly snippets: readonly UsageSnippet[] }) {
  if (snippets.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="overview-usage">
      <h3 id="overview-usage" className="text-lg font-semibold mb-4">
        Use it
      </h3>
      <div className="space-y-3">
        {snippets.map(({ title, code }) => (
          <div key={`${title}\n${code}`} className={tile}>
            <div className="flex items-center justify-between gap-4 mb-2">
              <h4 className="text-sm text-slate-400">{title}</h4>
              <CopyButton label={`Copy: ${title}`} text={code} />
            </div>
            <pre className="text-sm font-mono text-slate-300 whitespace-pre-wrap break-words">
              <code>{code}</code>
            </pre>
          </div>
        ))}
      </div>
    </section>
  );
}
