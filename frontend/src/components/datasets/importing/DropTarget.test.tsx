import { fireEvent, render, screen } from '@testing-library/react';

import { FakeUpload, useFakeUploads } from '../../../test/fakeUpload';
import { DropTarget } from './DropTarget';

it('shows the drop target while files are dragged, and imports dropped files', () => {
  useFakeUploads();
  render(<DropTarget />);
  const dataTransfer = { types: ['Files'], files: [new File(['a'], 'a.txt')] };
  fireEvent.dragOver(window, { dataTransfer });
  expect(screen.getByText('Drop the files to import them')).toBeInTheDocument();
  fireEvent.drop(window, { dataTransfer });
  expect(screen.queryByText('Drop the files to import them')).toBeNull();
  expect(FakeUpload.current().address).toBe('/api/datasets/upload');
  jest.restoreAllMocks();
});
