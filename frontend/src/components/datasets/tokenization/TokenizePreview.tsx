import { useState } from 'react';

import { type ApiError, toApiError } from '../../../api/errors';
import { previewTokens } from '../../../api/tokenizations';
import { useTokenizationDraft } from '../../../stores/tokenizationDraft';
import type { Async } from '../../../types/async';
import type { Preview } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { requestOf, type TokenizationValues } from '../../../utils/tokenizationValues';
import { ErrorMessage } from '../../common/ErrorMessage';
import { greyButton, input } from '../../common/styles';
import { TokenChips } from '../../common/TokenChips';

/** A text of one's own as tokens, under the settings that are typed; once one of them is another, it is gone. */
export function TokenizePreview({ values }: { readonly values: TokenizationValues }) {
  const { previewText: text, changePreviewText } = useTokenizationDraft();
  const asked = previewRequestOf(values, text);
  const { state, ask } = usePreview(asked);
  const may = asked.tokenizer !== '' && text !== '' && state?.kind !== 'loading';
  return (
    <section aria-labelledby="preview-title" className="border-t border-slate-700 pt-6 space-y-3">
      <h4 id="preview-title" className="font-semibold">
        Preview
      </h4>
      <textarea
        aria-label="Text to preview"
        dir="auto"
        rows={3}
        value={text}
        onChange={({ target }) => changePreviewText(target.value)}
        placeholder="Enter text to preview tokenization..."
        className={input}
      />
      <button type="button" disabled={!may} onClick={ask} className={greyButton}>
        {state?.kind === 'loading' ? 'Tokenizing…' : 'Tokenize Preview'}
      </button>
      {asked.tokenizer === '' && (
        <p className="text-sm text-slate-400">Choose a tokenizer above to see your text as its tokens.</p>
      )}
      {state?.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      {state?.kind === 'loaded' && <Result preview={state.value} />}
    </section>
  );
}

function Result({ preview }: { readonly preview: Preview }) {
  const { tokens, vocab_size, notes } = preview;
  return (
    <div className="space-y-2">
      <TokenChips tokens={tokens} label="Tokens of the preview" alike />
      <p role="status" className="text-xs text-slate-400">
        {countsOf(preview)} • vocabulary of {formatCount(vocab_size)}
      </p>
      {notes.map((note) => (
        <p key={note} className="text-xs text-slate-400">
          {note}
        </p>
      ))}
    </div>
  );
}

/** How many tokens are shown, which of them stand for none of the text, and how many are not shown. */
function countsOf({ tokens, truncated }: Preview): string {
  const kinds = (['special', 'padding'] as const).map((kind) => {
    const count = tokens.filter((token) => token.kind === kind).length;
    return count === 0 ? '' : `, ${formatCount(count)} of them ${kind}`;
  });
  const cut =
    truncated === 0 ? '' : `; ${formatCount(truncated)} more ${truncated === 1 ? 'was' : 'were'} cut off`;
  return formatPlural(tokens.length, 'token') + kinds.join('') + cut;
}

type PreviewRequest = Parameters<typeof previewTokens>[0];

/** What the server says to `request`, once it is asked; an answer to another request says nothing about this one. */
function usePreview(request: PreviewRequest) {
  const [answer, setAnswer] = useState<{
    readonly to: string;
    readonly state: Async<Preview, ApiError>;
  } | null>(null);
  const to = JSON.stringify(request);
  const ask = (): void => {
    const settle = (state: Async<Preview, ApiError>): void =>
      setAnswer((newest) => (newest?.to === to ? { to, state } : newest));
    setAnswer({ to, state: { kind: 'loading' } });
    previewTokens(request)
      .then((value) => settle({ kind: 'loaded', value }))
      .catch((error: unknown) => settle({ kind: 'failed', error: toApiError(error) }));
  };
  return { state: answer?.to === to ? answer.state : null, ask };
}

/** The request for `text` under the settings that bear on it. */
function previewRequestOf(values: TokenizationValues, text: string): PreviewRequest {
  const { tokenizer, ...asked } = requestOf(values);
  const { revision, access_token, max_length, truncation, padding } = asked;
  const { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask } = asked;
  const tokens = { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask };
  const settings = { revision, access_token, max_length, truncation, padding, ...tokens };
  return { tokenizer, text, ...definedOf(settings) };
}

/** `settings` without what is left to the server. */
function definedOf<Settings extends object>(settings: Settings) {
  type Defined = { [Key in keyof Settings]?: Exclude<Settings[Key], undefined> };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Defined;
}
