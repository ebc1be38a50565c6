import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeForm } from '../../../test/tokenizationForm';
import { SpecialTokenSettings } from './SpecialTokenSettings';

it('offers the tokens at the start of rows and the end of documents', async () => {
  const form = makeForm();
  render(<SpecialTokenSettings form={form} />);
  await userEvent.selectOptions(screen.getByLabelText('Token at the start of each row'), 'bos');
  await userEvent.selectOptions(screen.getByLabelText('Token at the end of each document'), 'eos');
  expect(screen.queryByLabelText('Token between documents')).toBeNull();
  expect(form.change.mock.calls).toEqual([
    [{ begin_of_row_token: 'bos' }],
    [{ end_of_document_token: 'eos' }],
  ]);
});

it('offers the token between packed documents', async () => {
  const form = makeForm({ packing: 'concat' }, { document_separator_token: 'There is no SEP.' });
  render(<SpecialTokenSettings form={form} />);
  const separator = screen.getByLabelText('Token between documents');
  expect(separator).toHaveAccessibleDescription(/There is no SEP/);
  await userEvent.selectOptions(separator, 'sep');
  await userEvent.click(screen.getByRole('switch', { name: 'Keep the last partial row' }));
  expect(form.change.mock.calls).toEqual([
    [{ document_separator_token: 'sep' }],
    [{ keep_last_partial: true }],
  ]);
});
