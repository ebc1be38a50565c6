import { Toggle } from '../../common/Toggle';
import { TokenSlotField } from './TokenSlotField';
import type { TokenizationForm } from './useTokenizationForm';

type SlotName = 'begin_of_row_token' | 'end_of_document_token' | 'document_separator_token';

/** Which special tokens stand where in a row, and what becomes of the last one. */
export function SpecialTokenSettings({ form }: { readonly form: TokenizationForm }) {
  const { values, errors, change } = form;
  const packed = values.packing === 'concat';
  const slot = (name: SlotName) => ({
    value: values[name],
    error: errors[name],
    onChange: (token: string) => change({ [name]: token }),
  });
  return (
    <>
      <TokenSlotField
        id="begin-of-row-select"
        label="Token at the beginning of a row"
        note="Automatic: BOS where rows are packed and the tokenizer has one; else what the tokenizer itself puts there."
        {...slot('begin_of_row_token')}
      />
      <TokenSlotField
        id="end-of-document-select"
        label="Token at the end of a document"
        note="Put after every document, packed or not."
        {...slot('end_of_document_token')}
      />
      {packed && (
        <>
          <TokenSlotField
            id="separator-select"
            label="Token between documents"
            note="Automatic: BOS where the tokenizer has one, else EOS, as SAELens does."
            {...slot('document_separator_token')}
          />
          <Toggle
            id="keep-partial-switch"
            label="Keep the last partial row"
            note="The last row is kept though it is not full."
            on={values.keep_last_partial}
            onChange={(keep_last_partial) => change({ keep_last_partial })}
          />
        </>
      )}
    </>
  );
}
