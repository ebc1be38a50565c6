import { type SyntheticEvent, useState } from 'react';

import type { Dataset } from '../../../types/dataset';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TemplateField } from '../shared/TemplateField';
import { useTextForm } from './useTextForm';

interface TextSettingProps {
  readonly dataset: Dataset;
}

/** A button that opens the form for the text that is viewed and searched. */
export function TextSetting({ dataset }: TextSettingProps) {
  const [isOpen, setIsOpen] = useState(false);
  return isOpen ? (
    <TextSettingForm dataset={dataset} onClose={() => setIsOpen(false)} />
  ) : (
    <Button look="link" onClick={() => setIsOpen(true)}>
      Change the text
    </Button>
  );
}

interface TextSettingFormProps extends TextSettingProps {
  readonly onClose: () => void;
}

function TextSettingForm({ dataset, onClose }: TextSettingFormProps) {
  const form = useTextForm(dataset, onClose);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.save();
  };
  const columns = dataset.metadata.columns.filter(({ kind }) => kind !== 'other');
  return (
    <form onSubmit={submit} noValidate aria-label="Text" className="space-y-4 mt-2 text-base font-normal">
      <SelectField
        id="viewed-column-select"
        label="Text column"
        value={form.column}
        choices={[
          ['', 'The one chosen at first'],
          ...columns.map(({ name, kind }) => [name, `${name} (${kind})`] as const),
        ]}
        onChange={form.setColumn}
      >
        <FieldNote text="Shown and searched as the text of a sample." error={form.errors.text_column} />
      </SelectField>
      <TemplateField
        id="viewed-template-input"
        value={form.template}
        onChange={form.setTemplate}
        error={form.errors.text_template}
      />
      <p className="text-sm text-slate-400">
        The search index and the counts are made again. Tokenizations keep their text.
      </p>
      {form.failure !== null && <ErrorMessage>{form.failure.detail}</ErrorMessage>}
      <div className="flex gap-3 text-sm">
        <Button look="waiting" type="submit" aria-disabled={form.saving}>
          {form.saving ? 'Saving…' : 'Save'}
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
