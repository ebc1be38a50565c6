import { type SyntheticEvent, useState } from 'react';

import { useModels } from '../../../hooks/useModels';
import type { DatasetDetail } from '../../../types/dataset';
import { Button } from '../../common/Button';
import { AdvancedSettings } from './AdvancedSettings';
import { SettingField } from './SettingField';
import { BASIC_SETTINGS } from './settingTables';
import { TextChoice } from './TextChoice';
import type { TokenizationForm } from './useTokenizationForm';

/** The form that the button below the preview submits. */
export const TOKENIZATION_FORM_ID = 'tokenization-settings';

const BASIC_NAMES: ReadonlySet<string> = new Set(BASIC_SETTINGS.map(({ name }) => name));

interface TokenizationSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** The settings of a new tokenization. */
export function TokenizationSettings({ form, dataset }: TokenizationSettingsProps) {
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
      <TextChoice form={form} dataset={dataset} />
      <BasicSettings form={form} />
      <MoreSettings form={form} dataset={dataset} />
    </form>
  );
}

function BasicSettings({ form }: Pick<TokenizationSettingsProps, 'form'>) {
  const models = useModels();
  return BASIC_SETTINGS.map((setting) => (
    <SettingField
      key={setting.id}
      setting={setting}
      form={form}
      suggestions={setting.name === 'tokenizer' ? models : []}
    />
  ));
}

/** The advanced settings, hidden unless the user opens them or one of them has an error. */
function MoreSettings({ form, dataset }: TokenizationSettingsProps) {
  const [isExpanded, setIsExpanded] = useState(false);
  const open = isExpanded || Object.keys(form.errors).some((field) => !BASIC_NAMES.has(field));
  return (
    <>
      <Button look="text" aria-expanded={open} onClick={() => setIsExpanded(!open)}>
        {open ? 'Show fewer settings' : 'Show more settings'}
      </Button>
      {open && <AdvancedSettings form={form} dataset={dataset} />}
    </>
  );
}
