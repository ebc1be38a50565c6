import type { TokenizationForm } from '../../hooks/useTokenizationForm';
import { Toggle } from '../common/Toggle';
import { TokenSlotField } from './TokenSlotField';

/** Which special tokens stand where in a row, and what becomes of the last one. */
export function TokenizationPlaces({ form }: { readonly form: TokenizationForm }) {
  const { values, errors, change } = form;
  const packed = values.packing === 'concat';
  return (
    <>
      <TokenSlotField
        id="begin-of-row-select"
        label="Token at the beginning of a row"
        value={values.begin_of_row_token}
        onChange={(begin_of_row_token) => change({ begin_of_row_token })}
        note="Automatic: BOS where rows are packed and the tokenizer has one; else what the tokenizer itself puts there."
        error={errors.begin_of_row_token}
      />
      <TokenSlotField
        id="end-of-document-select"
        label="Token at the end of a document"
        value={values.end_of_document_token}
        onChange={(end_of_document_token) => change({ end_of_document_token })}
        note="Put after every document, packed or not."
        error={errors.end_of_document_token}
      />
      {packed && (
        <>
          <TokenSlotField
            id="separator-select"
            label="Token between documents"
            value={values.document_separator_token}
            onChange={(document_separator_token) => change({ document_separator_token })}
            note="Automatic: BOS where the tokenizer has one, else EOS, as SAELens does."
            error={errors.document_separator_token}
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
