import type { TokenizationValues } from '../../../utils/tokenizationValues';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import { Toggle } from '../../common/Toggle';
import type {
  OnOffSetting,
  SelectSetting,
  Setting,
  SlotSetting,
  SwitchSetting,
  TextSetting,
} from './settingTables';
import { TokenSlotField } from './TokenSlotField';
import type { TokenizationForm } from './useTokenizationForm';

interface SettingFieldProps<Kind extends Setting = Setting> {
  readonly setting: Kind;
  readonly form: TokenizationForm;
  /** Known values, offered while typing. */
  readonly suggestions?: readonly string[];
}

/** The field of one setting, with its note and, if it is wrong, its error. */
export function SettingField({ setting, form, ...more }: SettingFieldProps) {
  switch (setting.kind) {
    case 'text':
      return <TextSettingField setting={setting} form={form} {...more} />;
    case 'select':
      return <SelectSettingField setting={setting} form={form} />;
    case 'on-off':
      return <OnOffSettingField setting={setting} form={form} />;
    case 'switch':
      return <SwitchSettingField setting={setting} form={form} />;
    case 'slot':
      return <SlotSettingField setting={setting} form={form} />;
  }
}

/** The fields of several settings, one after the other. */
export function SettingFields({
  settings,
  form,
}: { readonly settings: readonly Setting[] } & Pick<SettingFieldProps, 'form'>) {
  return settings.map((setting) => <SettingField key={setting.id} setting={setting} form={form} />);
}

function TextSettingField({ setting, form, suggestions = [] }: SettingFieldProps<TextSetting>) {
  const { name, id, label, placeholder, secret = false } = setting;
  const error = getError(setting, form);
  return (
    <TextField
      {...{ id, label, placeholder, secret, suggestions }}
      value={form.values[name]}
      onChange={(text) => form.change({ [name]: text })}
      invalid={error !== undefined}
    >
      <FieldNote text={setting.note} error={error} />
    </TextField>
  );
}

function SelectSettingField({ setting, form }: SettingFieldProps<SelectSetting>) {
  const { name, id, label, choices } = setting;
  return (
    <SelectField
      {...{ id, label, choices }}
      value={form.values[name]}
      onChange={(choice) => form.change({ [name]: choice })}
    >
      <FieldNote text={setting.note} error={getError(setting, form)} />
    </SelectField>
  );
}

function OnOffSettingField({ setting, form }: SettingFieldProps<OnOffSetting>) {
  const { name, id, label, onLabel, offLabel } = setting;
  return (
    <SelectField
      {...{ id, label }}
      value={form.values[name] ? 'on' : 'off'}
      choices={[
        ['on', onLabel],
        ['off', offLabel],
      ]}
      onChange={(choice) => form.change({ [name]: choice === 'on' })}
    >
      <FieldNote text={setting.note} error={getError(setting, form)} />
    </SelectField>
  );
}

function SwitchSettingField({ setting, form }: SettingFieldProps<SwitchSetting>) {
  const { name, id, label, note } = setting;
  const error = getError(setting, form);
  return (
    <>
      <Toggle
        {...{ id, label, note }}
        on={form.values[name]}
        onChange={(on) => form.change({ [name]: on })}
      />
      {error !== undefined && <ErrorMessage>{error}</ErrorMessage>}
    </>
  );
}

function SlotSettingField({ setting, form }: SettingFieldProps<SlotSetting>) {
  const { name, id, label, note } = setting;
  return (
    <TokenSlotField
      {...{ id, label, note }}
      value={form.values[name]}
      error={getError(setting, form)}
      onChange={(token) => form.change({ [name]: token })}
    />
  );
}

function getError({ name, errorField }: Setting, { errors }: TokenizationForm): string | undefined {
  const byValueName: Partial<Record<keyof TokenizationValues, string>> = errors;
  return errorField === undefined ? byValueName[name] : errors[errorField];
}
