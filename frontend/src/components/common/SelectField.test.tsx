import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { SelectField } from './SelectField';

it('is labelled, and described by what is below it', async () => {
  const onChange = jest.fn();
  const choices = [
    ['a', 'One'],
    ['b', 'Other'],
  ] as const;
  render(
    <SelectField id="which" label="Which" value="a" choices={choices} onChange={onChange}>
      Why.
    </SelectField>,
  );
  const select = screen.getByLabelText('Which');
  expect(select).toHaveDisplayValue('One');
  expect(select).toHaveAccessibleDescription('Why.');
  await userEvent.selectOptions(select, 'Other');
  expect(onChange).toHaveBeenCalledWith('b');
});
