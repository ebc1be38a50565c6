import { fireEvent, render, screen, waitFor } from '@testing-library/react';

import { useImportStore } from '../../../stores/importStore';
import { DropTarget } from './DropTarget';

it('shows the drop target while files are dragged, and plans their import', async () => {
  render(<DropTarget />);
  const dataTransfer = { types: ['Files'], files: [new File(['a'], 'a.txt')] };
  fireEvent.dragOver(window, { dataTransfer });
  // The page below must not show through the words.
  expect(screen.getByText('Drop the files to import them')).toHaveClass('bg-slate-950');
  fireEvent.drop(window, { dataTransfer });
  expect(screen.queryByText('Drop the files to import them')).toBeNull();
  await waitFor(() =>
    expect(useImportStore.getState().state).toMatchObject({ kind: 'planned', label: 'a.txt' }),
  );
});
