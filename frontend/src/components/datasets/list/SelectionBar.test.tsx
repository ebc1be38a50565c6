import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDataset } from '../../../test/fixtures';
import { NO_SELECTION } from '../../../test/selection';
import { SelectionBar } from './SelectionBar';

it('shows how many datasets are selected, and the actions', async () => {
  const [onDelete, onMix] = [jest.fn(), jest.fn()];
  const selection = { ...NO_SELECTION, selectAll: jest.fn(), stop: jest.fn() };
  const { rerender } = render(<SelectionBar selection={selection} onMix={onMix} onDelete={onDelete} />);
  expect(screen.getByRole('status')).toHaveTextContent('Select datasets to mix or delete them.');
  expect(screen.getByRole('button', { name: 'Delete…' })).toBeDisabled();
  rerender(
    <SelectionBar
      selection={{ ...selection, selectedDatasets: [makeDataset()] }}
      onMix={onMix}
      onDelete={onDelete}
    />,
  );
  expect(screen.getByRole('status')).toHaveTextContent('1 selected');
  for (const name of ['Select all', 'Cancel selection', 'Delete…']) {
    await userEvent.click(screen.getByRole('button', { name }));
  }
  expect([selection.selectAll, selection.stop].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  expect(onDelete).toHaveBeenCalledWith([makeDataset()]);
  expect(screen.getByRole('button', { name: 'Mix…' })).toBeDisabled();
  const two = [makeDataset(), makeDataset({ id: 'ds_2' })];
  rerender(
    <SelectionBar selection={{ ...selection, selectedDatasets: two }} onMix={onMix} onDelete={onDelete} />,
  );
  await userEvent.click(screen.getByRole('button', { name: 'Mix…' }));
  expect(onMix).toHaveBeenCalledWith(two);
});
