import type { DatasetDetail } from '../../../types/dataset';
import { UNKNOWN } from '../../../utils/formatters';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { SplitChoice } from '../shared/SplitChoice';
import { TemplateField } from '../shared/TemplateField';
import { SettingField } from './SettingField';
import { CHAT_TEMPLATE_SETTING } from './settingTables';
import type { TokenizationForm } from './useTokenizationForm';

interface SourceSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** Which column or template of which splits is tokenized and, for conversations, whether the chat template is applied. */
export function SourceSettings({ form, dataset }: SourceSettingsProps) {
  const { values, errors, change } = form;
  return (
    <>
      <ColumnSelect form={form} dataset={dataset} />
      <div className="sm:col-span-2">
        <TemplateField
          id="text-template-input"
          value={values.text_template}
          onChange={(template) => change({ text_template: template, apply_chat_template: false })}
          error={errors.text_template}
        />
      </div>
      <SplitChoice
        splits={dataset.splits.map(({ name }) => name)}
        selected={values.splits}
        onChange={(splits) => change({ splits })}
      >
        {errors.splits !== undefined && <ErrorMessage>{errors.splits}</ErrorMessage>}
      </SplitChoice>
      {isConversation(form, dataset) && (
        <div className="sm:col-span-2">
          <SettingField setting={CHAT_TEMPLATE_SETTING} form={form} />
        </div>
      )}
    </>
  );
}

function ColumnSelect({ form, dataset }: SourceSettingsProps) {
  const { values, errors, change } = form;
  const textColumns = dataset.columns.filter(({ kind }) => kind !== 'other');
  return (
    <SelectField
      id="text-column-select"
      label="Text column"
      value={values.text_column}
      choices={[
        ['', `Dataset default: ${dataset.text_template ?? dataset.text_column ?? UNKNOWN}`],
        ...textColumns.map(({ name, kind }) => [name, `${name} (${kind})`] as const),
      ]}
      // A chat template applies to conversations only, so a new column resets it.
      onChange={(column) => change({ text_column: column, apply_chat_template: false })}
    >
      <FieldNote text="Each row of this column is one document." error={errors.text_column} />
    </SelectField>
  );
}

/** Return whether the selected column holds conversations. */
function isConversation({ values }: TokenizationForm, { columns, text_column }: DatasetDetail): boolean {
  const selected = values.text_template === '' ? values.text_column || text_column : null;
  return columns.some(({ name, kind }) => name === selected && kind === 'conversation');
}
