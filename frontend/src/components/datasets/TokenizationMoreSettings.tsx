import type { TokenizationForm } from '../../hooks/useTokenizationForm';
import { ErrorMessage } from '../common/ErrorMessage';
import { SelectField } from '../common/SelectField';
import { TextField } from '../common/TextField';
import { Toggle } from '../common/Toggle';

const VERIFIES = [
  ['sample', 'A sample of the documents'],
  ['full', 'Every document'],
] as const;

/** What a tokenization can be told beside the usual. */
export function TokenizationMoreSettings({ form }: { readonly form: TokenizationForm }) {
  const { values, errors, change } = form;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        id="tokenizer-revision-input"
        label="Revision of the tokenizer"
        value={values.revision}
        onChange={(revision) => change({ revision })}
        placeholder="main"
      >
        <Note>A branch, a tag or a commit.</Note>
      </TextField>
      <TextField
        id="tokenizer-token-input"
        label="Access Token (for gated tokenizers)"
        value={values.access_token}
        onChange={(access_token) => change({ access_token })}
        placeholder="hf_xxxxxxxxxxxxxxxxxxxx"
        secret
      >
        <Note>Held in memory for this one job.</Note>
      </TextField>
      <TextField
        id="shuffle-seed-input"
        label="Shuffle seed"
        value={values.shuffle_seed}
        onChange={(shuffle_seed) => change({ shuffle_seed })}
        placeholder="not shuffled"
      >
        <Note>A whole number; the same seed gives the same order.</Note>
      </TextField>
      <TextField
        id="heldout-input"
        label="Held out (per cent)"
        value={values.heldout_percent}
        onChange={(heldout_percent) => change({ heldout_percent })}
        placeholder="0"
        invalid={errors.heldout_fraction !== undefined}
      >
        <Note>Documents kept apart for evaluation; exact duplicates go the same way.</Note>
        {errors.heldout_fraction !== undefined && <ErrorMessage>{errors.heldout_fraction}</ErrorMessage>}
      </TextField>
      <SelectField
        id="verify-select"
        label="Verify against the reference"
        value={values.verify}
        choices={VERIFIES}
        onChange={(verify) => change({ verify })}
      >
        <Note>Encodes them once more with the reference tokenizer, and compares.</Note>
      </SelectField>
      <Toggle
        id="keep-partial-switch"
        label="Keep the last partial row"
        note="Packing: the last row is kept though it is not full."
        on={values.keep_last_partial}
        onChange={(keep_last_partial) => change({ keep_last_partial })}
      />
    </div>
  );
}

function Note({ children }: { readonly children: string }) {
  return <p className="mt-1 text-sm text-slate-400">{children}</p>;
}
