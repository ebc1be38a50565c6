import { type ApiError, toApiError } from '../../../api/errors';
import { previewTokens } from '../../../api/tokenizations';
import { useTokenizationDraft } from '../../../stores/tokenizationDraft';
import type { Async } from '../../../types/async';
import type { Preview } from '../../../types/dataset';
import { formatCount, formatPlural } from '../../../utils/formatters';
import { type TokenizationValues, toTokenizeRequest } from '../../../utils/tokenizationValues';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { input } from '../../common/styles';
import { TokenChips } from '../../common/TokenChips';

/** Tokenizes a text with the current settings; a changed setting clears the result. */
export function TokenizePreview({ values }: { readonly values: TokenizationValues }) {
  const text = useTokenizationDraft((draft) => draft.previewText);
  const request = toPreviewRequest(values, text);
  const { state, send } = usePreview(request);
  const isLoading = state?.kind === 'loading';
  const canSend = request.tokenizer !== '' && text !== '' && !isLoading;
  return (
    <section aria-labelledby="preview-title" className="border-t border-slate-700 pt-6 space-y-3">
      <h4 id="preview-title" className="font-semibold">
        Preview
      </h4>
      <PreviewText />
      <Button look="grey" disabled={!canSend} onClick={send}>
        {isLoading ? 'Tokenizing…' : 'Tokenize Preview'}
      </Button>
      {request.tokenizer === '' && (
        <p className="text-sm text-slate-400">Choose a tokenizer above to preview your text.</p>
      )}
      {state?.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      {state?.kind === 'loaded' && <Result preview={state.value} />}
    </section>
  );
}

function PreviewText() {
  const { previewText, changePreviewText } = useTokenizationDraft();
  return (
    <textarea
      aria-label="Text to preview"
      dir="auto"
      rows={3}
      value={previewText}
      onChange={({ target }) => changePreviewText(target.value)}
      placeholder="Enter text to preview tokenization..."
      className={input}
    />
  );
}

function Result({ preview }: { readonly preview: Preview }) {
  const { tokens, vocab_size, notes } = preview;
  return (
    <div className="space-y-2">
      <TokenChips tokens={tokens} label="Tokens of the preview" uniform />
      <p role="status" className="text-xs text-slate-400">
        {describeCounts(preview)} • vocabulary of {formatCount(vocab_size)}
      </p>
      {notes.map((note) => (
        <p key={note} className="text-xs text-slate-400">
          {note}
        </p>
      ))}
    </div>
  );
}

/** Describe how many tokens the row has, how many are special or padding, shown, and truncated. */
function describeCounts(preview: Preview): string {
  const { tokens, token_count, special_count, padding_count, truncated } = preview;
  const kinds = Object.entries({ special: special_count, padding: padding_count }).map(([kind, count]) =>
    count === 0 ? '' : `, ${formatCount(count)} of them ${kind}`,
  );
  const shown = tokens.length < token_count ? `; the first ${formatCount(tokens.length)} are shown` : '';
  const cutText =
    truncated === 0 ? '' : `; ${formatCount(truncated)} more ${truncated === 1 ? 'was' : 'were'} truncated`;
  return formatPlural(token_count, 'token') + kinds.join('') + shown + cutText;
}

type PreviewRequest = Parameters<typeof previewTokens>[0];

/** Return the response to `request` once it was sent; responses to other requests are ignored. */
function usePreview(request: PreviewRequest) {
  const response = useTokenizationDraft((draft) => draft.previewResponse);
  const key = JSON.stringify(request);
  const send = (): void => {
    const setState = (state: Async<Preview, ApiError>): void => {
      const isNewest = useTokenizationDraft.getState().previewResponse?.key === key;
      if (isNewest) useTokenizationDraft.setState({ previewResponse: { key, state } });
    };
    useTokenizationDraft.setState({ previewResponse: { key, state: { kind: 'loading' } } });
    previewTokens(request)
      .then((value) => setState({ kind: 'loaded', value }))
      .catch((error: unknown) => setState({ kind: 'failed', error: toApiError(error) }));
  };
  return { state: response?.key === key ? response.state : null, send };
}

/** Return the request for `text` with the settings that affect a preview. */
function toPreviewRequest(values: TokenizationValues, text: string): PreviewRequest {
  const { tokenizer, ...request } = toTokenizeRequest(values);
  const { revision, access_token, max_length, truncation, padding } = request;
  const { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask } = request;
  const tokens = { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask };
  const settings = { revision, access_token, max_length, truncation, padding, ...tokens };
  return { tokenizer, text, ...omitUndefined(settings) };
}

/** Remove the settings that are left to the server. */
function omitUndefined<Settings extends object>(settings: Settings) {
  type Defined = { [Key in keyof Settings]?: Exclude<Settings[Key], undefined> };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Defined;
}
