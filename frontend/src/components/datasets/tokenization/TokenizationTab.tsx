import { useState } from 'react';

import type { DatasetDetail, Tokenization } from '../../../types/dataset';
import type { DatasetRoute } from '../../../utils/route';
import { ApplyButton } from './ApplyButton';
import { TokenizationCard } from './TokenizationCard';
import { TokenizationSettings } from './TokenizationSettings';
import { TokenizePreview } from './TokenizePreview';
import { type TokenizationForm, useTokenizationForm } from './useTokenizationForm';

interface TokenizationTabProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** A new object for each request, so that the same card can be focused again. */
type FocusRequest = { readonly id: string } | null;

/** The settings of a new tokenization, a preview, and the dataset's tokenizations. */
export default function TokenizationTab({ dataset, route, onNavigate }: TokenizationTabProps) {
  const [focusRequest, setFocusRequest] = useState<FocusRequest>(null);
  // What the address named when the tab was opened; a press on a card moves nothing.
  const [linkedId] = useState(route.tokenization);
  const form = useTokenizationForm(({ id }) => setFocusRequest({ id }));
  const openTokenization = (id: string | null): void =>
    onNavigate({ ...route, tokenization: id, tokenRow: null, token: null });
  const showTokenization = (id: string): void => {
    openTokenization(id);
    setFocusRequest({ id });
  };
  return (
    <div className="space-y-6">
      <Configuration form={form} dataset={dataset} />
      <TokenizePreview values={form.values} />
      <ApplyButton form={form} onShow={showTokenization} />
      <TokenizationList
        tokenizations={dataset.tokenizations}
        openId={route.tokenization}
        focusRequest={focusRequest}
        linkedId={linkedId}
        onOpen={openTokenization}
      />
    </div>
  );
}

function Configuration(props: { readonly form: TokenizationForm; readonly dataset: DatasetDetail }) {
  return (
    <section aria-labelledby="tokenization-title" className="space-y-4">
      <h3 id="tokenization-title" className="font-semibold">
        Tokenization Configuration
      </h3>
      <TokenizationSettings {...props} />
    </section>
  );
}

interface TokenizationListProps {
  readonly tokenizations: readonly Tokenization[];
  /** The tokenization whose audit and ledger are open. */
  readonly openId: string | null;
  readonly focusRequest: FocusRequest;
  /** The tokenization that is scrolled into view. */
  readonly linkedId: string | null;
  readonly onOpen: (id: string | null) => void;
}

function TokenizationList({ tokenizations, ...list }: TokenizationListProps) {
  return (
    <section aria-labelledby="tokenizations-title" className="border-t border-slate-700 pt-6 space-y-3">
      <h3 id="tokenizations-title" className="font-semibold">
        Tokenizations
      </h3>
      {tokenizations.length === 0 && <NoTokenizations />}
      <ul aria-label="Tokenizations" className="space-y-3">
        {tokenizations.map((tokenization) => (
          <li key={tokenization.id}>
            <ListedTokenization tokenization={tokenization} {...list} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NoTokenizations() {
  return (
    <p className="text-sm text-slate-400">
      No tokenizations yet. Choose a tokenizer above, check the preview and press Apply.
    </p>
  );
}

interface ListedTokenizationProps extends Omit<TokenizationListProps, 'tokenizations'> {
  readonly tokenization: Tokenization;
}

function ListedTokenization(props: ListedTokenizationProps) {
  const { tokenization, openId, focusRequest, linkedId, onOpen } = props;
  const { id } = tokenization;
  return (
    <TokenizationCard
      tokenization={tokenization}
      open={openId === id}
      onToggle={() => onOpen(openId === id ? null : id)}
      focusRequest={focusRequest?.id === id ? focusRequest : null}
      linked={linkedId === id}
    />
  );
}
