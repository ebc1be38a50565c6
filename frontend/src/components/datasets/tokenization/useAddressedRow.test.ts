import { act, renderHook } from '@testing-library/react';

import { useAddressedRow } from './useAddressedRow';

const ADDRESS = '/datasets/ds_1/tokenization?tokenization=tok_1';

function getAddress(): string {
  return window.location.pathname + window.location.search;
}

it('shows the first row until the address names one', () => {
  window.history.replaceState(null, '', ADDRESS);
  const { result } = renderHook(() => useAddressedRow('train'));
  expect(result.current).toMatchObject({ place: { split: 'train', row: 0 }, position: null });
});

it('reads row and token from the address', () => {
  window.history.replaceState(null, '', `${ADDRESS}&row=held%2Fout%2F12&token=5`);
  const { result } = renderHook(() => useAddressedRow('train'));
  expect(result.current).toMatchObject({ place: { split: 'held/out', row: 12 }, position: 5 });
});

it('writes row and token to the address; another row has no token yet', () => {
  window.history.replaceState(null, '', ADDRESS);
  const { result } = renderHook(() => useAddressedRow('train'));
  act(() => result.current.setPosition(3));
  expect(getAddress()).toBe(`${ADDRESS}&row=train%2F0&token=3`);
  act(() => result.current.setPlace({ split: 'train', row: 7 }));
  expect(getAddress()).toBe(`${ADDRESS}&row=train%2F7`);
  expect(result.current.position).toBeNull();
});

it('keeps the row itself outside a dataset', () => {
  window.history.replaceState(null, '', '/');
  const { result } = renderHook(() => useAddressedRow('train'));
  act(() => result.current.setPlace({ split: 'test', row: 2 }));
  expect(result.current.place).toEqual({ split: 'test', row: 2 });
  expect(getAddress()).toBe('/');
});
