import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeHubDataset } from '../../../test/storageFixtures';
import { AmountOptions } from './AmountOptions';
import { type PartValues, WHOLE } from '../../../utils/part';
import type { DownloadForm } from './useDownloadForm';

function makeForm(changes: Partial<PartValues> = {}): DownloadForm {
  return {
    values: {
      repo_id: 'a/b',
      access_token: '',
      config: '',
      splits: [],
      revision: '',
      text_column: '',
      text_template: '',
      ...WHOLE,
      ...changes,
    },
    errors: {},
    preflight: { kind: 'idle' },
    outdatedHub: null,
    submitting: false,
    change: jest.fn(),
    checkRepository: jest.fn(),
    submit: jest.fn(),
  };
}

it('offers everything first, and the numbers of a part once it is chosen', async () => {
  const form = makeForm();
  render(<AmountOptions form={form} hub={null} />);
  expect(screen.queryByLabelText('Rows')).toBeNull();
  await userEvent.selectOptions(screen.getByLabelText('How much'), 'A number of rows');
  expect(form.change).toHaveBeenCalledWith({ amount: 'rows' });
});

it('says what random means, and asks for a seed', async () => {
  const form = makeForm({ amount: 'rows', order: 'random' });
  render(<AmountOptions form={form} hub={null} />);
  expect(screen.getByLabelText('Which')).toHaveAccessibleDescription(/random row groups/);
  await userEvent.type(screen.getByLabelText('Seed'), '7');
  await userEvent.type(screen.getByLabelText('Rows'), '5');
  await userEvent.type(screen.getByLabelText('Columns'), 't');
  expect((form.change as jest.Mock).mock.calls).toEqual([
    [{ seed: '7' }],
    [{ amount_value: '5' }],
    [{ columns: 't' }],
  ]);
});

it('shows what would be fetched, and that it is an estimate', () => {
  const hub = makeHubDataset({ fetch_bytes: 2048, fetch_rows: 10, fetch_files: 1, fetch_is_exact: false });
  render(<AmountOptions form={makeForm()} hub={hub} />);
  expect(screen.getByLabelText('How much')).toHaveAccessibleDescription(
    'Fetches about 2.0 KB • 10 rows • 1 file.',
  );
});

it('says what is wrong with a number', () => {
  render(<AmountOptions form={makeForm({ amount: 'bytes', amount_value: 'much' })} hub={null} />);
  expect(screen.getByLabelText('GB of source files')).toBeInvalid();
});
