import { FieldNote } from '../../../common/FieldNote';
import { SelectField } from '../../../common/SelectField';
import { TextField } from '../../../common/TextField';
import type { Amount, SaveForm } from './useSaveForm';

const AMOUNTS: readonly (readonly [Amount, string])[] = [
  ['all', 'All rows that are found'],
  ['first', 'The first rows'],
  ['random', 'Random rows'],
  ['share', 'A random share'],
];

/** How many of the rows that are found become the dataset, and its name. */
export function SaveOptions({ form }: { readonly form: SaveForm }) {
  const { choices, change } = form;
  const { amount, rows, share, seed, name } = choices;
  return (
    <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      <SelectField
        id="save-amount"
        label="How much"
        value={amount}
        choices={AMOUNTS}
        onChange={(chosen) => change({ amount: chosen })}
      />
      {(amount === 'first' || amount === 'random') && (
        <TextField
          id="save-rows"
          label="Number of rows"
          value={rows}
          onChange={(text) => change({ rows: text })}
        />
      )}
      {amount === 'share' && (
        <TextField
          id="save-share"
          label="Share (%)"
          value={share}
          onChange={(text) => change({ share: text })}
        />
      )}
      {(amount === 'random' || amount === 'share') && (
        <TextField id="save-seed" label="Seed" value={seed} onChange={(text) => change({ seed: text })}>
          <FieldNote text="The same seed draws the same rows" />
        </TextField>
      )}
      <TextField id="save-name" label="Name" value={name} onChange={(text) => change({ name: text })}>
        <FieldNote text="Leave empty to name it after its rows" />
      </TextField>
    </div>
  );
}
