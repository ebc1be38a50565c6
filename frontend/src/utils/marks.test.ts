import { splitByMarks } from './marks';

it('does not split a text without marks', () => {
  expect(splitByMarks('plain', [])).toEqual([{ text: 'plain', marked: false }]);
});

it('counts characters, not UTF-16 units', () => {
  expect(splitByMarks('👋 hello', [[2, 7]])).toEqual([
    { text: '👋 ', marked: false },
    { text: 'hello', marked: true },
  ]);
});

it('neither loses nor repeats text for overlapping or too long marks', () => {
  const parts = splitByMarks('abcdef', [
    [0, 3],
    [2, 4],
    [5, 99],
  ]);
  expect(parts.map(({ text }) => text).join('')).toBe('abcdef');
  expect(parts.filter(({ marked }) => marked).map(({ text }) => text)).toEqual(['abc', 'd', 'f']);
});
