import { useState } from 'react';

import type { DatasetDetail } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';
import { ApplyButton } from './ApplyButton';
import { TokenizationCard } from './TokenizationCard';
import { TokenizationSettings } from './TokenizationSettings';
import { TokenizePreview } from './TokenizePreview';
import { useTokenizationForm } from './useTokenizationForm';

interface TokenizationTabProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** The settings of a new tokenization, a preview, and the dataset's tokenizations. */
export default function TokenizationTab({ dataset, route, onNavigate }: TokenizationTabProps) {
  // A new object for each request, so that the same card can be focused again.
  const [focusRequest, setFocusRequest] = useState<{ readonly id: string } | null>(null);
  const form = useTokenizationForm(({ id }) => setFocusRequest({ id }));
  const { tokenizations } = dataset;
  const openTokenization = (id: string | null): void => onNavigate({ ...route, tokenization: id });
  const showTokenization = (id: string): void => {
    openTokenization(id);
    setFocusRequest({ id });
  };
  return (
    <div className="space-y-6">
      <section aria-labelledby="tokenization-title" className="space-y-4">
        <h3 id="tokenization-title" className="font-semibold">
          Tokenization Configuration
        </h3>
        <TokenizationSettings form={form} dataset={dataset} />
      </section>
      <TokenizePreview values={form.values} />
      <ApplyButton form={form} onShow={showTokenization} />
      <section aria-labelledby="tokenizations-title" className="border-t border-slate-700 pt-6 space-y-3">
        <h3 id="tokenizations-title" className="font-semibold">
          Tokenizations
        </h3>
        {tokenizations.length === 0 && (
          <p className="text-sm text-slate-400">
            No tokenizations yet. Choose a tokenizer above, check the preview and press Apply.
          </p>
        )}
        <ul aria-label="Tokenizations" className="space-y-3">
          {tokenizations.map((tokenization) => {
            const { id } = tokenization;
            const isOpen = route.tokenization === id;
            return (
              <li key={id}>
                <TokenizationCard
                  tokenization={tokenization}
                  open={isOpen}
                  onToggle={() => openTokenization(isOpen ? null : id)}
                  focusRequest={focusRequest?.id === id ? focusRequest : null}
                />
              </li>
            );
          })}
        </ul>
      </section>
    </div>
  );
}
