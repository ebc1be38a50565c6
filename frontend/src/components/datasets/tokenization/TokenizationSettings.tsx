import { type SyntheticEvent, useState } from 'react';

import { useModels } from '../../../hooks/useModels';
import type { DatasetDetail } from '../../../types/dataset';
import type { TokenizationErrors } from '../../../utils/tokenizationValues';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { textButton } from '../../common/styles';
import { TextField } from '../../common/TextField';
import { Toggle } from '../../common/Toggle';
import { AdvancedSettings } from './AdvancedSettings';
import type { TokenizationForm } from './useTokenizationForm';

const PADDINGS = [
  ['do_not_pad', 'Do Not Pad'],
  ['max_length', 'Max Length (pad to max_length)'],
  ['longest', 'Longest (pad to the longest of a batch)'],
] as const;
const TRUNCATIONS = [
  ['on', 'On: longest_first'],
  ['off', 'Off'],
] as const;
const PACKINGS = [
  ['off', 'Off: one row per document'],
  ['concat', 'Concatenate and chunk'],
] as const;

/** The form that the button below the preview sends. */
export const TOKENIZATION_FORM_ID = 'tokenization-settings';

/** Fields that stand in sight without a wish for more. */
const BASIC_FIELDS: readonly (keyof TokenizationErrors)[] = ['tokenizer', 'max_length', 'padding', 'packing'];

interface TokenizationSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** How the dataset is to be tokenized. */
export function TokenizationSettings({ form, dataset }: TokenizationSettingsProps) {
  const { values, errors, change } = form;
  const models = useModels();
  const [isExpanded, setIsExpanded] = useState(false);
  const showsAdvanced =
    isExpanded || Object.keys(errors).some((field) => !BASIC_FIELDS.some((plain) => plain === field));
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.submit();
  };
  return (
    <form
      id={TOKENIZATION_FORM_ID}
      onSubmit={submit}
      noValidate
      aria-label="Tokenization settings"
      className="space-y-4"
    >
      <TextField
        id="tokenizer-input"
        label="Tokenizer"
        value={values.tokenizer}
        onChange={(tokenizer) => change({ tokenizer })}
        placeholder="e.g., gpt2"
        suggestions={models}
        invalid={errors.tokenizer !== undefined}
      >
        <FieldNote
          text="A repository of the Hub that holds the tokenizer of your model. One of this machine begins with ./ (below the data folder) or with /, like ./tokenizers/sample-bpe, which comes with the sample."
          error={errors.tokenizer}
        />
      </TextField>
      <TextField
        id="max-length-input"
        label="Max Sequence Length"
        value={values.max_length}
        onChange={(max_length) => change({ max_length })}
        placeholder="the tokenizer’s own"
        invalid={errors.max_length !== undefined}
      >
        <FieldNote
          text="Tokens per row, special tokens included; packing fills rows of this size. Empty: the tokenizer’s own, where it is at most 8,192; else 1,024."
          error={errors.max_length}
        />
      </TextField>
      <SelectField
        id="padding-select"
        label="Padding Strategy"
        value={values.padding}
        choices={PADDINGS}
        onChange={(padding) => change({ padding })}
      >
        <FieldNote
          text="Fills short rows up; “Longest” is counted per written batch."
          error={errors.padding}
        />
      </SelectField>
      <SelectField
        id="truncation-select"
        label="Truncation"
        value={values.truncation ? 'on' : 'off'}
        choices={TRUNCATIONS}
        onChange={(choice) => change({ truncation: choice === 'on' })}
      >
        <FieldNote text="Cuts what is longer than the maximum; what was cut stands in the ledger." />
      </SelectField>
      <SelectField
        id="packing-select"
        label="Packing"
        value={values.packing}
        choices={PACKINGS}
        onChange={(packing) => change({ packing })}
      >
        <FieldNote
          text="Joins documents into full rows, as SAELens does: no padding, and nothing lost between them."
          error={errors.packing}
        />
      </SelectField>
      <Toggle
        id="special-tokens-switch"
        label="Add Special Tokens"
        note="Puts what the tokenizer puts around a text: BOS, EOS and the like."
        on={values.add_special_tokens}
        onChange={(add_special_tokens) => change({ add_special_tokens })}
      />
      <Toggle
        id="attention-mask-switch"
        label="Return Attention Mask"
        note="Writes which positions are padding; only where there is padding."
        on={values.return_attention_mask}
        onChange={(return_attention_mask) => change({ return_attention_mask })}
      />
      <button
        type="button"
        aria-expanded={showsAdvanced}
        onClick={() => setIsExpanded(!showsAdvanced)}
        className={textButton}
      >
        {showsAdvanced ? 'Fewer settings' : 'More settings'}
      </button>
      {showsAdvanced && <AdvancedSettings form={form} dataset={dataset} />}
    </form>
  );
}
