import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { TemplateField } from './TemplateField';

it('takes a template and shows what is wrong with it', async () => {
  const onChange = jest.fn();
  render(<TemplateField id="template" value="{a" onChange={onChange} error="“{” has no partner." />);
  const field = screen.getByLabelText('Text template');
  expect(field).toBeInvalid();
  expect(field).toHaveAttribute('placeholder', 'e.g., {instruction}\n\n{output}');
  expect(screen.getByRole('alert')).toHaveTextContent('“{” has no partner.');
  await userEvent.type(field, '}}');
  expect(onChange).toHaveBeenLastCalledWith('{a}');
});
