import { useCallback, useState } from 'react';

import { previewTokens } from '../../api/tokenizations';
import { useAction } from '../../hooks/useAction';
import { requestOf, type TokenizationValues } from '../../hooks/useTokenizationForm';
import type { Preview } from '../../types/dataset';
import { formatCount, formatPlural } from '../../utils/formatters';
import { ErrorMessage } from '../common/ErrorMessage';
import { greyButton, input } from '../common/styles';
import { TokenChips } from '../common/TokenChips';

/** A text of one's own as tokens, under the settings that are typed. */
export function TokenizePreview({ values }: { readonly values: TokenizationValues }) {
  const [text, setText] = useState('');
  const [preview, setPreview] = useState<Preview | null>(null);
  const [asking, ask] = useAction(
    useCallback(async () => {
      const { tokenizer, ...asked } = requestOf(values);
      const { revision, access_token, max_length, truncation, padding } = asked;
      const { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask } = asked;
      const tokens = { begin_of_row_token, end_of_document_token, add_special_tokens, return_attention_mask };
      const settings = { revision, access_token, max_length, truncation, padding, ...tokens };
      setPreview(await previewTokens({ tokenizer, text, ...definedOf(settings) }));
    }, [values, text]),
  );
  const may = values.tokenizer.trim() !== '' && text !== '' && asking.kind !== 'running';
  return (
    <section aria-labelledby="preview-title" className="border-t border-slate-700 pt-6 space-y-3">
      <h4 id="preview-title" className="font-semibold">
        Preview
      </h4>
      <textarea
        aria-label="Text to preview"
        rows={3}
        value={text}
        onChange={({ target }) => setText(target.value)}
        placeholder="Enter text to preview tokenization..."
        className={input}
      />
      <button type="button" disabled={!may} onClick={() => void ask()} className={greyButton}>
        {asking.kind === 'running' ? 'Tokenizing…' : 'Tokenize Preview'}
      </button>
      {values.tokenizer.trim() === '' && (
        <p className="text-sm text-slate-400">Choose a tokenizer above to see your text as its tokens.</p>
      )}
      {asking.kind === 'failed' && <ErrorMessage>{asking.error.detail}</ErrorMessage>}
      {preview !== null && <Result preview={preview} />}
    </section>
  );
}

function Result({ preview }: { readonly preview: Preview }) {
  const { tokens, count, truncated, vocab_size, notes } = preview;
  return (
    <div className="space-y-2">
      <TokenChips tokens={tokens} label="Tokens of the preview" alike />
      <p role="status" className="text-xs text-slate-400">
        {formatPlural(count, 'token')}
        {truncated > 0 && `, ${formatCount(truncated)} of them cut`} • vocabulary of {formatCount(vocab_size)}
      </p>
      {notes.map((note) => (
        <p key={note} className="text-xs text-slate-400">
          {note}
        </p>
      ))}
    </div>
  );
}

/** `settings` without what is left to the server. */
function definedOf<Settings extends object>(settings: Settings) {
  type Defined = { [Key in keyof Settings]?: Exclude<Settings[Key], undefined> };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Defined;
}
