import { fireEvent, renderHook } from '@testing-library/react';

import { useFileDrop } from './useFileDrop';

const onFiles = jest.fn();
const file = new File(['a'], 'a.txt');
const FILES = { dataTransfer: { types: ['Files'], files: [file] } };

it('takes dropped files, and reports while files are dragged', () => {
  const { result } = renderHook(() => useFileDrop(onFiles));
  // dispatchEvent returns false if the default is prevented: the browser then does not open the file.
  expect(fireEvent.dragOver(window, FILES)).toBe(false);
  expect(result.current).toBe(true);
  expect(fireEvent.drop(window, FILES)).toBe(false);
  expect([result.current, onFiles.mock.calls]).toEqual([false, [[[file]]]]);
});

it('ends the drag when it leaves the window, not when it moves inside', () => {
  const { result } = renderHook(() => useFileDrop(onFiles));
  fireEvent.dragOver(window, FILES);
  fireEvent(window, new MouseEvent('dragleave', { relatedTarget: document.body }));
  expect(result.current).toBe(true);
  fireEvent(window, new MouseEvent('dragleave'));
  expect(result.current).toBe(false);
});

it('ignores drags without files', () => {
  const { result, unmount } = renderHook(() => useFileDrop(onFiles));
  const text = { dataTransfer: { types: ['text/plain'], files: [] } };
  expect(fireEvent.dragOver(window, text)).toBe(true);
  expect(fireEvent.drop(window, text)).toBe(true);
  expect(result.current).toBe(false);
  unmount();
  fireEvent.drop(window, FILES);
  expect(onFiles).not.toHaveBeenCalled();
});
