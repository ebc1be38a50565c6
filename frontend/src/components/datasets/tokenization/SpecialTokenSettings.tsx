import { SettingFields } from './SettingField';
import { PACKED_SETTINGS, SLOT_SETTINGS } from './settingTables';
import type { TokenizationForm } from './useTokenizationForm';

/** Which special tokens are added where, and whether packing keeps the last partial row. */
export function SpecialTokenSettings({ form }: { readonly form: TokenizationForm }) {
  return (
    <>
      <SettingFields settings={SLOT_SETTINGS} form={form} />
      {form.values.packing === 'concat' && <SettingFields settings={PACKED_SETTINGS} form={form} />}
    </>
  );
}
