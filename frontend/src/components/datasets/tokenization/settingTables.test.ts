import { DEFAULT_VALUES } from '../../../utils/tokenizationValues';
import { AMOUNT_SETTINGS, WINDOW_SETTINGS } from './amountSettings';
import {
  ACCESS_SETTINGS,
  BASIC_SETTINGS,
  CHAT_TEMPLATE_SETTING,
  ORDER_SETTINGS,
  PACKED_SETTINGS,
  SLOT_SETTINGS,
  VERIFY_SETTING,
} from './settingTables';

const SETTINGS = [
  ...BASIC_SETTINGS,
  ...ACCESS_SETTINGS,
  ...ORDER_SETTINGS,
  ...AMOUNT_SETTINGS,
  ...WINDOW_SETTINGS,
  ...SLOT_SETTINGS,
  ...PACKED_SETTINGS,
  VERIFY_SETTING,
  CHAT_TEMPLATE_SETTING,
];
/** The settings whose choices depend on the dataset. */
const OF_THE_DATASET = ['splits', 'text_column', 'text_template'];

it('has one setting for each value of the form', () => {
  const names = [...SETTINGS.map(({ name }) => name), ...OF_THE_DATASET];
  expect(names.sort()).toEqual(Object.keys(DEFAULT_VALUES).sort());
});

it('gives each field an id of its own', () => {
  const ids = SETTINGS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
