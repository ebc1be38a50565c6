import { type SyntheticEvent, useState } from 'react';

import { useModels } from '../../../hooks/useModels';
import type { DatasetDetail } from '../../../types/dataset';
import { textButton } from '../../common/styles';
import { AdvancedSettings } from './AdvancedSettings';
import { SettingField } from './SettingField';
import { BASIC_SETTINGS } from './settingTables';
import type { TokenizationForm } from './useTokenizationForm';

/** The form that the button below the preview submits. */
export const TOKENIZATION_FORM_ID = 'tokenization-settings';

const BASIC_NAMES: ReadonlySet<string> = new Set(BASIC_SETTINGS.map(({ name }) => name));

interface TokenizationSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** The settings of a new tokenization; an error in an advanced setting shows those too. */
export function TokenizationSettings({ form, dataset }: TokenizationSettingsProps) {
  const models = useModels();
  const [isExpanded, setIsExpanded] = useState(false);
  const showsAdvanced = isExpanded || Object.keys(form.errors).some((field) => !BASIC_NAMES.has(field));
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
      {BASIC_SETTINGS.map((setting) => (
        <SettingField
          key={setting.id}
          setting={setting}
          form={form}
          suggestions={setting.name === 'tokenizer' ? models : []}
        />
      ))}
      <button
        type="button"
        aria-expanded={showsAdvanced}
        onClick={() => setIsExpanded(!showsAdvanced)}
        className={textButton}
      >
        {showsAdvanced ? 'Show fewer settings' : 'Show more settings'}
      </button>
      {showsAdvanced && <AdvancedSettings form={form} dataset={dataset} />}
    </form>
  );
}
