import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { useImportStore } from '../../../stores/importStore';
import { ImportButtons } from './ImportButtons';

const names = () => useDatasetsStore.getState().datasets.map(({ name }) => name);

const isPlanned = () => expect(useImportStore.getState().state.kind).toBe('planned');

it('plans picked files, one import at a time', async () => {
  render(<ImportButtons />);
  await userEvent.upload(screen.getByLabelText('Files to import'), [new File(['a'], 'notes.txt')]);
  await waitFor(isPlanned);
  const button = screen.getByRole('button', { name: 'Import a file' });
  expect(button).toBeDisabled();
  act(() => useImportStore.getState().dismiss());
  expect(button).toBeEnabled();
});

it('plans a folder', async () => {
  render(<ImportButtons />);
  const input = screen.getByLabelText('Folder to import');
  expect(input).toHaveAttribute('webkitdirectory');
  await userEvent.upload(input, [new File(['a'], 'notes.txt')]);
  await waitFor(isPlanned);
  act(() => useImportStore.getState().dismiss());
});

it('loads the sample', async () => {
  render(<ImportButtons />);
  await userEvent.click(screen.getByRole('button', { name: 'Load the sample' }));
  await waitFor(() => expect(names()).toEqual(['sample']));
});
