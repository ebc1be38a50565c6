import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { TextAreaField } from './TextAreaField';

it('is labelled, described by what is below it, and takes several lines', async () => {
  const onChange = jest.fn();
  render(
    <TextAreaField id="template" label="Template" value="" onChange={onChange} invalid>
      Why it is wrong.
    </TextAreaField>,
  );
  const field = screen.getByLabelText('Template');
  expect(field).toBeInvalid();
  expect(field).toHaveAccessibleDescription('Why it is wrong.');
  await userEvent.type(field, '{Enter}');
  expect(onChange).toHaveBeenCalledWith('\n');
});
