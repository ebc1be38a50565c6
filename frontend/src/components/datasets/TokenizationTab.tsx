import type { DatasetRoute } from '../../hooks/useRoute';
import { useTokenizationForm } from '../../hooks/useTokenizationForm';
import type { DatasetDetail } from '../../types/dataset';
import { TokenizationCard } from './TokenizationCard';
import { TokenizationSettings } from './TokenizationSettings';
import { TokenizePreview } from './TokenizePreview';

interface TokenizationTabProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** Settings for a new tokenization, a preview of them, and every tokenization that there is. */
export default function TokenizationTab({ dataset, route, onNavigate }: TokenizationTabProps) {
  const form = useTokenizationForm(() => undefined);
  const { tokenizations } = dataset;
  const toggle = (id: string): void =>
    onNavigate({ ...route, tokenization: route.tokenization === id ? null : id });
  return (
    <div className="space-y-6">
      <section aria-labelledby="tokenization-title" className="space-y-4">
        <h3 id="tokenization-title" className="font-semibold">
          Tokenization Configuration
        </h3>
        <TokenizationSettings form={form} />
      </section>
      <TokenizePreview values={form.values} />
      <section aria-labelledby="tokenizations-title" className="border-t border-slate-700 pt-6 space-y-3">
        <h3 id="tokenizations-title" className="font-semibold">
          Tokenizations
        </h3>
        {tokenizations.length === 0 && (
          <p className="text-sm text-slate-400">
            None yet. Choose a tokenizer above, look at a preview, and press Apply.
          </p>
        )}
        <ul aria-label="Tokenizations" className="space-y-3">
          {tokenizations.map((tokenization) => (
            <li key={tokenization.id}>
              <TokenizationCard
                tokenization={tokenization}
                open={route.tokenization === tokenization.id}
                onToggle={() => toggle(tokenization.id)}
              />
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
