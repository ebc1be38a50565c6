import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ApiError } from '../../../api/errors';
import { useDetailStore } from '../../../stores/detailStore';
import { makeDataset } from '../../../test/fixtures';
import { TextSetting } from './TextSetting';

const updateDataset = jest.fn();

beforeEach(() => {
  updateDataset.mockReset();
  useDetailStore.setState({ updateDataset });
});

it('changes the text to a template and closes', async () => {
  render(<TextSetting dataset={makeDataset()} />);
  await userEvent.click(screen.getByRole('button', { name: 'Change the text' }));
  expect(screen.getByLabelText('Text column')).toHaveValue('text');
  await userEvent.type(screen.getByLabelText('Text template'), '{{text}!');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(updateDataset).toHaveBeenCalledWith({ text_template: '{text}!' });
  expect(screen.queryByRole('form')).toBeNull();
});

it('goes back to the column chosen at first', async () => {
  render(<TextSetting dataset={makeDataset({ text_column: null, text_template: '{text}' })} />);
  await userEvent.click(screen.getByRole('button', { name: 'Change the text' }));
  await userEvent.clear(screen.getByLabelText('Text template'));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(updateDataset).toHaveBeenCalledWith({ text_column: null });
});

it('shows why the text is refused, and stays open', async () => {
  const errors = [{ field: 'text_template', message: 'There is no column “z”.' }];
  updateDataset.mockRejectedValueOnce(
    new ApiError({ status: 422, code: 'unknown_column', detail: 'x', errors }),
  );
  updateDataset.mockRejectedValueOnce(new ApiError({ status: 409, code: 'not_ready', detail: 'Not ready.' }));
  render(<TextSetting dataset={makeDataset()} />);
  await userEvent.click(screen.getByRole('button', { name: 'Change the text' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('There is no column “z”.');
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('Not ready.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByRole('button', { name: 'Change the text' })).toBeInTheDocument();
});
