import { Settings } from 'lucide-react';

import { formatCount } from '../../../utils/formatters';
import { ConfirmDialog } from '../../common/ConfirmDialog';
import { ErrorMessage } from '../../common/ErrorMessage';
import { applyButton, linkButton } from '../../common/styles';
import { TOKENIZATION_FORM_ID } from './TokenizationSettings';
import type { LongRows, TokenizationForm } from './useTokenizationForm';

interface ApplyButtonProps {
  readonly form: TokenizationForm;
  /** Show a tokenization that is there already. */
  readonly onShow: (id: string) => void;
}

/** Begins the tokenization that the settings describe, once they and their preview were looked at. */
export function ApplyButton({ form, onShow }: ApplyButtonProps) {
  const { values, failure, existingId, submitting } = form;
  return (
    <div className="border-t border-slate-700 pt-6">
      <button
        type="submit"
        form={TOKENIZATION_FORM_ID}
        disabled={values.tokenizer.trim() === '' || submitting}
        className={applyButton}
      >
        <Settings className="w-5 h-5 shrink-0" aria-hidden="true" />
        {submitting ? 'Starting…' : 'Apply & Tokenize Dataset'}
      </button>
      {failure !== null && <ErrorMessage>{failure.detail}</ErrorMessage>}
      {existingId !== null && (
        <button type="button" onClick={() => onShow(existingId)} className={linkButton}>
          Show it
        </button>
      )}
      {form.longRows !== null && <LongRowsDialog form={form} rows={form.longRows} />}
    </div>
  );
}

/** Asks before rows are made that are longer than the model takes. */
function LongRowsDialog({ form, rows }: { readonly form: TokenizationForm; readonly rows: LongRows }) {
  return (
    <ConfirmDialog
      title="Rows longer than the model takes?"
      question={{ kind: 'loaded', value: rows }}
      onReload={form.dismissLongRows}
      confirm="Tokenize anyway"
      keep="Change the length"
      disabled={false}
      onConfirm={() => void form.confirmLongRows()}
      onClose={form.dismissLongRows}
    >
      {({ maxLength, limit }) => (
        <p>
          Max length {formatCount(maxLength)} exceeds the model’s limit of {formatCount(limit)} tokens.
        </p>
      )}
    </ConfirmDialog>
  );
}
