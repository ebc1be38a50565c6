import { AMOUNT_SETTINGS, WINDOW_SETTINGS } from './amountSettings';

it('says of each setting what it does', () => {
  const settings = [...AMOUNT_SETTINGS, ...WINDOW_SETTINGS];
  expect(settings.map(({ name }) => name)).toEqual([
    'min_tokens',
    'max_tokens',
    'has_special_tokens_mask',
    'has_document_id',
    'has_position_id',
    'stride',
  ]);
  expect(settings.every(({ note }) => note.endsWith('.'))).toBe(true);
});
