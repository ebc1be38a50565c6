import type { DatasetDetail } from '../../../types/dataset';
import { AMOUNT_SETTINGS, WINDOW_SETTINGS } from './amountSettings';
import { SettingField, SettingFields } from './SettingField';
import { ACCESS_SETTINGS, ORDER_SETTINGS, VERIFY_SETTING } from './settingTables';
import { SourceSettings } from './SourceSettings';
import { SpecialTokenSettings } from './SpecialTokenSettings';
import type { TokenizationForm } from './useTokenizationForm';

interface AdvancedSettingsProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** The settings that most tokenizations leave as they are. */
export function AdvancedSettings({ form, dataset }: AdvancedSettingsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SettingFields settings={ACCESS_SETTINGS} form={form} />
      <SourceSettings form={form} dataset={dataset} />
      <SettingFields settings={ORDER_SETTINGS} form={form} />
      <SettingFields settings={AMOUNT_SETTINGS} form={form} />
      {form.values.packing === 'windows' && <SettingFields settings={WINDOW_SETTINGS} form={form} />}
      <SpecialTokenSettings form={form} />
      <SettingField setting={VERIFY_SETTING} form={form} />
    </div>
  );
}
