import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { TextField } from './TextField';

it('is labelled, and described by what is below it', async () => {
  const onChange = jest.fn();
  render(
    <TextField id="name" label="Name" value="" onChange={onChange} invalid suggestions={['en', 'de']}>
      Why it is wrong.
    </TextField>,
  );
  const input = screen.getByLabelText('Name');
  expect(input).toBeInvalid();
  expect(input).toHaveAttribute('dir', 'auto');
  expect(input).toHaveAccessibleDescription('Why it is wrong.');
  expect(document.querySelectorAll('datalist option')).toHaveLength(2);
  await userEvent.type(input, 'a');
  expect(onChange).toHaveBeenCalledWith('a');
});

it('hides a secret', () => {
  render(<TextField id="token" label="Token" value="hf_x" onChange={jest.fn()} secret />);
  expect(screen.getByLabelText('Token')).toHaveAttribute('type', 'password');
  expect(screen.getByLabelText('Token')).toHaveClass('font-mono', 'text-sm');
});
