import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeHubDataset } from '../../../test/storageFixtures';
import { DownloadOptions } from './DownloadOptions';
import { WHOLE } from '../../../utils/part';
import type { DownloadForm } from './useDownloadForm';

function makeForm(changes: Partial<DownloadForm> = {}): DownloadForm {
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
    },
    errors: {},
    preflight: { kind: 'loaded', value: makeHubDataset({ configs: ['en', 'de'] }) },
    outdatedHub: null,
    submitting: false,
    change: jest.fn(),
    checkRepository: jest.fn(),
    submit: jest.fn(),
    ...changes,
  };
}

it('reports each change with its field', async () => {
  const form = makeForm();
  render(<DownloadOptions form={form}>{null}</DownloadOptions>);
  await userEvent.type(screen.getByLabelText('Config'), 'e');
  await userEvent.type(screen.getByLabelText('Revision'), 'm');
  await userEvent.type(screen.getByLabelText('Text column'), 't');
  await userEvent.click(screen.getByRole('checkbox', { name: 'train' }));
  expect((form.change as jest.Mock).mock.calls).toEqual([
    [{ config: 'e' }],
    [{ revision: 'm' }],
    [{ text_column: 't' }],
    [{ splits: ['train'] }],
  ]);
});

it.each([
  ['config', 'Config'],
  ['revision', 'Revision'],
  ['text_column', 'Text column'],
] as const)('shows an error under %s, with its choices', async (field, label) => {
  const form = makeForm({ errors: { [field]: { message: 'Wrong.', choices: ['this'], existingId: null } } });
  render(<DownloadOptions form={form}>{null}</DownloadOptions>);
  expect(screen.getByLabelText(label)).toBeInvalid();
  expect(screen.getByLabelText(label)).toHaveAccessibleDescription(/Wrong\./);
  await userEvent.click(screen.getByRole('button', { name: 'this' }));
  expect(form.change).toHaveBeenCalledWith({ [field]: 'this' });
});

it('shows an error under the splits', async () => {
  const form = makeForm({ errors: { splits: { message: 'Wrong.', choices: ['test'], existingId: null } } });
  render(<DownloadOptions form={form}>{null}</DownloadOptions>);
  await userEvent.click(screen.getByRole('button', { name: 'test' }));
  expect(form.change).toHaveBeenCalledWith({ splits: ['test'] });
});

it('keeps its suggestions while the Hub is asked again, and says that splits follow', () => {
  const outdatedHub = makeHubDataset({ configs: ['en', 'de'], splits: [] });
  const form = makeForm({ preflight: { kind: 'loading' }, outdatedHub });
  const { container } = render(<DownloadOptions form={form}>{null}</DownloadOptions>);
  expect(container.querySelectorAll('#dataset-config-input-choices option')).toHaveLength(2);
  expect(screen.getByText('Looking up the splits…')).toBeInTheDocument();
});

it('suggests the Hub’s configs', () => {
  const { container } = render(<DownloadOptions form={makeForm()}>{null}</DownloadOptions>);
  expect(container.querySelectorAll('#dataset-config-input-choices option')).toHaveLength(2);
});

it('shows the import buttons that it is given', () => {
  render(
    <DownloadOptions form={makeForm()}>
      <button>Import</button>
    </DownloadOptions>,
  );
  expect(screen.getByRole('button', { name: 'Import' })).toBeInTheDocument();
});
