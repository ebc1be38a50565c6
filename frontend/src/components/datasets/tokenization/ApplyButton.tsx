import { Settings } from 'lucide-react';

import { formatCount } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { ConfirmDialog } from '../../common/ConfirmDialog';
import { ErrorMessage } from '../../common/ErrorMessage';
import { TOKENIZATION_FORM_ID } from './TokenizationSettings';
import type { LongRows, TokenizationForm } from './useTokenizationForm';

interface ApplyButtonProps {
  readonly form: TokenizationForm;
  /** Shows a tokenization that already exists. */
  readonly onShow: (id: string) => void;
}

/** Submits the settings, below their preview. */
export function ApplyButton({ form, onShow }: ApplyButtonProps) {
  const { values, failure, existingId, submitting } = form;
  return (
    <div className="border-t border-slate-700 pt-6">
      <Button
        look="apply"
        type="submit"
        form={TOKENIZATION_FORM_ID}
        disabled={values.tokenizer.trim() === '' || submitting}
      >
        <Settings className="w-5 h-5 shrink-0" aria-hidden="true" />
        {submitting ? 'Starting…' : 'Apply & Tokenize Dataset'}
      </Button>
      {failure !== null && <ErrorMessage>{failure.detail}</ErrorMessage>}
      {existingId !== null && (
        <Button look="link" onClick={() => onShow(existingId)}>
          Show it
        </Button>
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
