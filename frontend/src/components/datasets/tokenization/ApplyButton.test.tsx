import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ApiError } from '../../../api/errors';
import { makeForm } from '../../../test/tokenizationForm';
import { ApplyButton } from './ApplyButton';

const onShow = jest.fn();

it('is disabled without a tokenizer and while submitting', () => {
  const { rerender } = render(<ApplyButton form={makeForm()} onShow={onShow} />);
  expect(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' })).toBeDisabled();
  const form = makeForm({ tokenizer: 'gpt2' });
  rerender(<ApplyButton form={form} onShow={onShow} />);
  expect(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' })).toBeEnabled();
  rerender(<ApplyButton form={{ ...form, submitting: true }} onShow={onShow} />);
  expect(screen.getByRole('button', { name: 'Starting…' })).toBeDisabled();
});

it('shows why it was refused, and the existing tokenization', async () => {
  const failure = new ApiError({ status: 409, code: 'exists', detail: 'It is here already.' });
  render(<ApplyButton form={{ ...makeForm(), failure, existingId: 'tok_1' }} onShow={onShow} />);
  expect(screen.getByRole('alert')).toHaveTextContent('It is here already.');
  await userEvent.click(screen.getByRole('button', { name: 'Show it' }));
  expect(onShow).toHaveBeenCalledWith('tok_1');
});
