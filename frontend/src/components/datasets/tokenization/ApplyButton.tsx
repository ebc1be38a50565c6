import { Settings } from 'lucide-react';

import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { TOKENIZATION_FORM_ID } from './TokenizationSettings';
import type { TokenizationForm } from './useTokenizationForm';

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
    </div>
  );
}
