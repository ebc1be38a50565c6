import { act, renderHook } from '@testing-library/react';

import { useColumnLayout } from './useColumnLayout';

afterEach(() => window.localStorage.clear());

it('remembers hidden columns and widths of each dataset', () => {
  const { result } = renderHook(() => useColumnLayout('ds_1', 'text'));
  act(() => result.current.toggle('stars'));
  act(() => result.current.resize('text', 5_000));
  const again = renderHook(() => useColumnLayout('ds_1', 'text')).result.current;
  expect([again.isShown('stars'), again.getWidth('text'), again.getWidth('stars')]).toEqual([
    false,
    1_200,
    180,
  ]);
  const other = renderHook(() => useColumnLayout('ds_2', 'text')).result.current;
  expect([other.isShown('stars'), other.getWidth('text')]).toEqual([true, 420]);
  act(() => result.current.toggle('stars'));
  expect(result.current.isShown('stars')).toBe(true);
});

it('starts anew where the stored layout is damaged', () => {
  window.localStorage.setItem('mistudio:columns:ds_1', '{');
  expect(renderHook(() => useColumnLayout('ds_1', null)).result.current.isShown('text')).toBe(true);
});
