import { fireEvent, renderHook } from '@testing-library/react';

import { useFileDrop } from './useFileDrop';

const onFiles = jest.fn();
const file = new File(['a'], 'a.txt');
const FILES = { dataTransfer: { types: ['Files'], files: [file] } };

it('takes files that are dropped anywhere, and says while they are held', () => {
  const { result } = renderHook(() => useFileDrop(onFiles));
  // An event whose default is prevented is reported as false: the browser does not open the file itself.
  expect(fireEvent.dragOver(window, FILES)).toBe(false);
  expect(result.current).toBe(true);
  expect(fireEvent.drop(window, FILES)).toBe(false);
  expect([result.current, onFiles.mock.calls]).toEqual([false, [[[file]]]]);
});

it('lets them go where they leave the window, not where they move within it', () => {
  const { result } = renderHook(() => useFileDrop(onFiles));
  fireEvent.dragOver(window, FILES);
  fireEvent(window, new MouseEvent('dragleave', { relatedTarget: document.body }));
  expect(result.current).toBe(true);
  fireEvent(window, new MouseEvent('dragleave'));
  expect(result.current).toBe(false);
});

it('leaves everything else alone', () => {
  const { result, unmount } = renderHook(() => useFileDrop(onFiles));
  const text = { dataTransfer: { types: ['text/plain'], files: [] } };
  expect(fireEvent.dragOver(window, text)).toBe(true);
  expect(fireEvent.drop(window, text)).toBe(true);
  expect(result.current).toBe(false);
  unmount();
  fireEvent.drop(window, FILES);
  expect(onFiles).not.toHaveBeenCalled();
});
