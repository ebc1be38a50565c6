import { useDatasetsStore } from '../../../../stores/datasetsStore';
import { FieldNote } from '../../../common/FieldNote';
import { SelectField } from '../../../common/SelectField';
import { TextField } from '../../../common/TextField';
import { Toggle } from '../../../common/Toggle';
import type { CleaningChoices, ExactDuplicates } from './cleaning';

interface CleaningOptionsProps {
  /** The dataset whose rows are saved; it is compared with others. */
  readonly datasetId: string;
  readonly choices: CleaningChoices;
  readonly onChange: (changes: Partial<CleaningChoices>) => void;
}

const EXACT: readonly (readonly [ExactDuplicates, string])[] = [
  ['off', 'Keep'],
  ['same', 'Drop equal texts'],
  ['similar', 'Drop texts equal but for case and blanks'],
];

/** Chooses what is dropped from the rows, and whether they are split. */
export function CleaningOptions({ datasetId, choices, onChange }: CleaningOptionsProps) {
  const field = (key: TextKey, label: string, note: string) => (
    <TextField
      id={`clean-${key}`}
      label={label}
      value={choices[key]}
      onChange={(text) => onChange({ [key]: text })}
    >
      <FieldNote text={note} />
    </TextField>
  );
  return (
    <fieldset className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
      <legend className="text-sm font-medium text-slate-300 mb-4">Cleaning</legend>
      <SelectField
        id="clean-exact"
        label="Duplicates"
        value={choices.exact}
        choices={EXACT}
        onChange={(exact) => onChange({ exact })}
      />
      {field('near', 'Near duplicates from (%)', 'Shared 5-grams, such as 80. Leave empty to keep them.')}
      {field('minCharacters', 'Characters from', 'Leave empty for no bound.')}
      {field('maxCharacters', 'Characters to', 'Leave empty for no bound.')}
      {field('dropRegex', 'Drop what matches', 'A regular expression. Leave empty for none.')}
      <ReferenceField datasetId={datasetId} choices={choices} onChange={onChange} />
      {field('validation', 'Validation (%)', 'Becomes a split of its own. Leave empty for none.')}
      <QualityRules choices={choices} onChange={onChange} />
    </fieldset>
  );
}

type TextKey = 'near' | 'minCharacters' | 'maxCharacters' | 'dropRegex' | 'validation';

function ReferenceField({ datasetId, choices, onChange }: CleaningOptionsProps) {
  const datasets = useDatasetsStore((state) => state.datasets);
  const others = datasets.filter(({ id, status }) => id !== datasetId && status === 'ready');
  return (
    <SelectField
      id="clean-decontaminate"
      label="Drop what occurs in"
      value={choices.decontaminate}
      choices={[['', 'No other dataset'], ...others.map(({ id, name }) => [id, name] as const)]}
      onChange={(decontaminate) => onChange({ decontaminate })}
    >
      <FieldNote text="A text that shares 13 words in a row, such as with a benchmark." />
    </SelectField>
  );
}

const RULES = [
  ['gopher', 'Gopher quality', 'Length, symbols, stop words'],
  ['gopherRepetition', 'Gopher repetition', 'Repeated lines and n-grams'],
  ['c4', 'C4 quality', 'Sentences, code, placeholder texts'],
] as const;

function QualityRules({ choices, onChange }: Omit<CleaningOptionsProps, 'datasetId'>) {
  return (
    <div role="group" aria-label="Quality rules" className="space-y-2 col-span-full">
      <p className="text-sm text-slate-300">Quality rules, which read English</p>
      {RULES.map(([key, label, note]) => (
        <Toggle
          key={key}
          id={`clean-${key}`}
          label={label}
          note={note}
          on={choices[key]}
          onChange={(isOn) => onChange({ [key]: isOn })}
        />
      ))}
    </div>
  );
}
