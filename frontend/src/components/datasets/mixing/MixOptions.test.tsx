import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { MixOptions } from './MixOptions';
import type { MixForm } from './useMixForm';

it('has a tokenizer only if shares count tokens', async () => {
  const change = jest.fn();
  const form: MixForm = {
    parts: [],
    choices: { name: '', by: 'rows', tokenizer: '', total: '', seed: '0' },
    changePart: jest.fn(),
    change,
    problem: null,
    request: { parts: [] },
  };
  const { rerender } = render(<MixOptions form={form} />);
  expect(screen.queryByLabelText('Tokenizer')).not.toBeInTheDocument();
  rerender(<MixOptions form={{ ...form, choices: { ...form.choices, by: 'tokens' } }} />);
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'g');
  await userEvent.type(screen.getByLabelText('Total tokens'), '5');
  await userEvent.type(screen.getByLabelText('Seed'), '7');
  await userEvent.type(screen.getByLabelText('Name'), 'b');
  await userEvent.selectOptions(screen.getByLabelText('Shares count'), 'bytes');
  expect(change.mock.calls).toEqual([
    [{ tokenizer: 'g' }],
    [{ total: '5' }],
    [{ seed: '07' }],
    [{ name: 'b' }],
    [{ by: 'bytes' }],
  ]);
});
