import type { DatasetDetail } from '../../../types/dataset';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import { SourceSettings } from './SourceSettings';
import { SpecialTokenSettings } from './SpecialTokenSettings';
import type { TokenizationForm } from './useTokenizationForm';

const VERIFY_CHOICES = [
  ['sample', 'A sample of the documents'],
  ['full', 'Every document'],
] as const;

interface AdvancedSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** What a tokenization can be told beside the usual. */
export function AdvancedSettings({ form, dataset }: AdvancedSettingsProps) {
  const { values, errors, change } = form;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        id="tokenizer-revision-input"
        label="Revision of the tokenizer"
        value={values.revision}
        onChange={(revision) => change({ revision })}
        placeholder="main"
        invalid={errors.revision !== undefined}
      >
        <FieldNote text="A branch, a tag or a commit." error={errors.revision} />
      </TextField>
      <TextField
        id="tokenizer-token-input"
        label="Access Token (for gated tokenizers)"
        value={values.access_token}
        onChange={(access_token) => change({ access_token })}
        placeholder="hf_xxxxxxxxxxxxxxxxxxxx"
        secret
        invalid={errors.access_token !== undefined}
      >
        <FieldNote text="Held in memory for this one job." error={errors.access_token} />
      </TextField>
      <SourceSettings form={form} dataset={dataset} />
      <TextField
        id="shuffle-seed-input"
        label="Shuffle seed"
        value={values.shuffle_seed}
        onChange={(shuffle_seed) => change({ shuffle_seed })}
        placeholder="not shuffled"
        invalid={errors.shuffle_seed !== undefined}
      >
        <FieldNote text="A whole number; the same seed gives the same order." error={errors.shuffle_seed} />
      </TextField>
      <TextField
        id="heldout-input"
        label="Held out (per cent)"
        value={values.heldout_percent}
        onChange={(heldout_percent) => change({ heldout_percent })}
        placeholder="0"
        invalid={errors.heldout_fraction !== undefined}
      >
        <FieldNote
          text="Documents kept apart for evaluation; exact duplicates go the same way."
          error={errors.heldout_fraction}
        />
      </TextField>
      <SpecialTokenSettings form={form} />
      <SelectField
        id="verify-select"
        label="Verify against the reference"
        value={values.verify}
        choices={VERIFY_CHOICES}
        onChange={(verify) => change({ verify })}
      >
        <FieldNote text="Encodes them once more with the reference tokenizer, and compares." />
      </SelectField>
    </div>
  );
}
