import { addConditions, describeCondition, formatCondition, parseValue, takesValue } from './conditions';

it('writes conditions as JSON arrays', () => {
  expect(formatCondition('stars', '>=', 4)).toBe('["stars",">=",4]');
  expect(formatCondition('lang', 'is_null')).toBe('["lang","is_null"]');
  expect(takesValue('not_null')).toBe(false);
});

it.each([
  ['["stars",">=",4]', 'stars >= 4'],
  ['["lang","=",""]', 'lang = ""'],
  ['["lang","not_null"]', 'lang is not null'],
  ['["lang","in",["en","de"]]', 'lang in ["en","de"]'],
  ['nonsense', 'nonsense'],
  ['[1]', '[1]'],
])('describes %s', (condition, words) => {
  expect(describeCondition(condition)).toBe(words);
});

it('keeps text as text, and reads other values as JSON', () => {
  expect(parseValue('5', 'text', '=')).toBe('5');
  expect(parseValue('5', 'other', '=')).toBe(5);
  expect(parseValue('true', 'other', '=')).toBe(true);
  expect(parseValue('2026-01-31', 'other', '<')).toBe('2026-01-31');
  expect(parseValue('9007199254740993', 'other', '=')).toBe('9007199254740993');
  expect(parseValue('en, de', 'text', 'in')).toEqual(['en', 'de']);
  expect(parseValue('1,2', 'other', 'in')).toEqual([1, 2]);
});

it('adds each condition once', () => {
  expect(addConditions(['["a","is_null"]'], ['["a","is_null"]', '["b","is_null"]'])).toHaveLength(2);
});
