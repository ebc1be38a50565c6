import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { FakeUpload, useFakeUploads } from '../../../test/fakeUpload';
import { makeDataset } from '../../../test/fixtures';
import { ImportButtons } from './ImportButtons';

const names = () => useDatasetsStore.getState().datasets.map(({ name }) => name);

it('imports picked files, one import at a time', async () => {
  useFakeUploads();
  render(<ImportButtons />);
  await userEvent.upload(screen.getByLabelText('Files to import'), [new File(['a'], 'notes.txt')]);
  const button = screen.getByRole('button', { name: 'Import a file' });
  expect(button).toBeDisabled();
  FakeUpload.current().answer(202, makeDataset({ name: 'notes' }));
  await waitFor(() => expect(button).toBeEnabled());
  expect(names()).toEqual(['notes']);
  jest.restoreAllMocks();
});

it('loads the sample', async () => {
  render(<ImportButtons />);
  await userEvent.click(screen.getByRole('button', { name: 'Load the sample' }));
  await waitFor(() => expect(names()).toEqual(['sample']));
});
