import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeForm } from '../../../test/tokenizationForm';
import type { TokenizationErrors } from '../../../utils/tokenizationValues';
import { SettingField, SettingFields } from './SettingField';
import type { Setting } from './settingTables';

const TEXTS = { id: 'field', label: 'Setting', note: 'What it does.' };
const TEXT: Setting = { ...TEXTS, kind: 'text', name: 'revision', placeholder: 'main' };
const SELECT: Setting = {
  ...TEXTS,
  kind: 'select',
  name: 'padding',
  choices: [
    ['do_not_pad', 'No'],
    ['longest', 'Yes'],
  ],
};
const ON_OFF: Setting = { ...TEXTS, kind: 'on-off', name: 'truncation', onLabel: 'On', offLabel: 'Off' };
const SWITCH: Setting = { ...TEXTS, kind: 'switch', name: 'keep_last_partial' };
const SLOT: Setting = { ...TEXTS, kind: 'slot', name: 'end_of_document_token' };

it.each<[Setting, TokenizationErrors]>([
  [TEXT, { revision: 'Wrong.' }],
  [{ ...TEXT, name: 'heldout_percent', errorField: 'heldout_fraction' }, { heldout_fraction: 'Wrong.' }],
  [SELECT, { padding: 'Wrong.' }],
  [ON_OFF, { truncation: 'Wrong.' }],
  [SWITCH, { keep_last_partial: 'Wrong.' }],
  [SLOT, { end_of_document_token: 'Wrong.' }],
])('shows the note and the error of %j', (setting, errors) => {
  render(<SettingField setting={setting} form={makeForm({}, errors)} />);
  expect(screen.getByLabelText('Setting')).toHaveAccessibleDescription(/What it does\./);
  expect(screen.getByRole('alert')).toHaveTextContent('Wrong.');
});

it('passes what is typed, with known values offered', async () => {
  const form = makeForm();
  render(<SettingField setting={TEXT} form={form} suggestions={['main', 'dev']} />);
  await userEvent.type(screen.getByLabelText('Setting'), 'd');
  expect(form.change).toHaveBeenCalledWith({ revision: 'd' });
  expect(document.querySelectorAll('datalist option')).toHaveLength(2);
});

it('passes the value of the choice', async () => {
  const form = makeForm();
  render(<SettingField setting={SELECT} form={form} />);
  await userEvent.selectOptions(screen.getByLabelText('Setting'), 'Yes');
  expect(form.change).toHaveBeenCalledWith({ padding: 'longest' });
});

it('passes a choice of on or off as a boolean', async () => {
  const form = makeForm();
  render(<SettingField setting={ON_OFF} form={form} />);
  expect(screen.getByLabelText('Setting')).toHaveDisplayValue('On');
  await userEvent.selectOptions(screen.getByLabelText('Setting'), 'Off');
  expect(form.change).toHaveBeenCalledWith({ truncation: false });
});

it('passes the new state of a switch', async () => {
  const form = makeForm();
  render(<SettingField setting={SWITCH} form={form} />);
  await userEvent.click(screen.getByRole('switch', { name: 'Setting' }));
  expect(form.change).toHaveBeenCalledWith({ keep_last_partial: true });
});

it('passes the special token of a slot', async () => {
  const form = makeForm();
  render(<SettingField setting={SLOT} form={form} />);
  await userEvent.selectOptions(screen.getByLabelText('Setting'), 'EOS');
  expect(form.change).toHaveBeenCalledWith({ end_of_document_token: 'eos' });
});

it('shows several settings in order', () => {
  const settings = [
    { ...TEXT, id: 'first', label: 'First' },
    { ...SWITCH, id: 'second', label: 'Second' },
  ];
  render(<SettingFields settings={settings} form={makeForm()} />);
  const order = screen.getByLabelText('First').compareDocumentPosition(screen.getByRole('switch'));
  expect(order).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});
