import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import type { MixChoices, MixForm } from './useMixForm';

const UNITS: readonly (readonly [MixChoices['by'], string])[] = [
  ['rows', 'Rows'],
  ['tokens', 'Tokens'],
  ['bytes', 'Bytes of text'],
];

/** What decides a mixture beside its parts: unit, tokenizer, total, seed and name. */
export function MixOptions({ form }: { readonly form: MixForm }) {
  const { choices, change } = form;
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      <SelectField
        id="mix-by"
        label="Shares count"
        value={choices.by}
        choices={UNITS}
        onChange={(by) => change({ by })}
      />
      {choices.by === 'tokens' && (
        <TextField
          id="mix-tokenizer"
          label="Tokenizer"
          value={choices.tokenizer}
          placeholder="e.g., gpt2"
          onChange={(tokenizer) => change({ tokenizer })}
        >
          <FieldNote text="A Hub model ID such as gpt2, or a local path starting with ./ or /" />
        </TextField>
      )}
      <TextField
        id="mix-total"
        label={`Total ${choices.by}`}
        value={choices.total}
        onChange={(total) => change({ total })}
      >
        <FieldNote text="Leave empty for as many as the scarcest part allows" />
      </TextField>
      <TextField id="mix-seed" label="Seed" value={choices.seed} onChange={(seed) => change({ seed })}>
        <FieldNote text="The same seed gives the same rows in the same order" />
      </TextField>
      <TextField id="mix-name" label="Name" value={choices.name} onChange={(name) => change({ name })}>
        <FieldNote text="Leave empty to name it after its parts" />
      </TextField>
    </div>
  );
}
