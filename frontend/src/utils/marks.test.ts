import { splitByMarks } from './marks';

it('leaves a text without marks whole', () => {
  expect(splitByMarks('plain', [])).toEqual([{ text: 'plain', marked: false }]);
});

it('counts characters, not UTF-16 units', () => {
  expect(splitByMarks('👋 hello', [[2, 7]])).toEqual([
    { text: '👋 ', marked: false },
    { text: 'hello', marked: true },
  ]);
});

it('loses and doubles nothing where marks overlap or reach beyond the end', () => {
  const parts = splitByMarks('abcdef', [
    [0, 3],
    [2, 4],
    [5, 99],
  ]);
  expect(parts.map(({ text }) => text).join('')).toBe('abcdef');
  expect(parts.filter(({ marked }) => marked).map(({ text }) => text)).toEqual(['abc', 'd', 'f']);
});
