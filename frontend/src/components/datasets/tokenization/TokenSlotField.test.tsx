import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { findViolations } from '../../../test/axe';
import { TokenSlotField } from './TokenSlotField';

const onChange = jest.fn();

function Shown({ error }: { readonly error?: string }) {
  const [value, setValue] = useState('auto');
  const change = (next: string): void => {
    onChange(next);
    setValue(next);
  };
  const shown = { id: 'slot', label: 'Token', value, onChange: change, note: 'Where.' };
  return <TokenSlotField {...shown} error={error} />;
}

it('takes a name, or any token by its id', async () => {
  const { container } = render(<Shown error="Outside the vocabulary." />);
  const select = screen.getByLabelText('Token');
  await userEvent.selectOptions(select, 'bos');
  await userEvent.selectOptions(select, 'A token of this id');
  await userEvent.type(screen.getByLabelText('Token: id'), '42');
  expect(onChange.mock.calls).toEqual([['bos'], [''], ['4'], ['42']]);
  expect(screen.getByLabelText('Token: id')).toBeInvalid();
  expect(select).toHaveAccessibleDescription(/Outside the vocabulary/);
  expect(await findViolations(container)).toEqual([]);
});
