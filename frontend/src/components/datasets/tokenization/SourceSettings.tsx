import type { DatasetDetail } from '../../../types/dataset';
import { UNKNOWN } from '../../../utils/formatters';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { Toggle } from '../../common/Toggle';
import { SplitChoice } from '../shared/SplitChoice';
import type { TokenizationForm } from './useTokenizationForm';

interface SourceSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** What of the dataset is tokenized: which column of which splits, and conversations in which form. */
export function SourceSettings({ form, dataset }: SourceSettingsProps) {
  const { values, errors, change } = form;
  const { columns, splits, text_column } = dataset;
  const textColumns = columns.filter(({ kind }) => kind !== 'other');
  const columnName = values.text_column || text_column;
  const isConversation = textColumns.some(({ name, kind }) => name === columnName && kind === 'conversation');
  return (
    <>
      <SelectField
        id="text-column-select"
        label="Text column"
        value={values.text_column}
        choices={[
          ['', `The dataset’s: ${text_column ?? UNKNOWN}`],
          ...textColumns.map(({ name, kind }) => [name, `${name} (${kind})`] as const),
        ]}
        // The template is one of conversations: with another column it has to be asked for anew.
        onChange={(column) => change({ text_column: column, apply_chat_template: false })}
      >
        <FieldNote text="The column whose rows are the documents." error={errors.text_column} />
      </SelectField>
      <SplitChoice
        splits={splits.map(({ name }) => name)}
        selected={values.splits}
        onChange={(next) => change({ splits: next })}
      >
        {errors.splits !== undefined && <ErrorMessage>{errors.splits}</ErrorMessage>}
      </SplitChoice>
      {isConversation && (
        <div className="sm:col-span-2">
          <Toggle
            id="chat-template-switch"
            label="Apply Chat Template"
            note="Writes each conversation as the tokenizer’s own template has it, special tokens included; off: its messages as plain text."
            on={values.apply_chat_template}
            onChange={(apply_chat_template) => change({ apply_chat_template })}
          />
          {errors.apply_chat_template !== undefined && (
            <ErrorMessage>{errors.apply_chat_template}</ErrorMessage>
          )}
        </div>
      )}
    </>
  );
}
