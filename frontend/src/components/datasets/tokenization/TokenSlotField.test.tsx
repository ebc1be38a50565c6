import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { findViolations } from '../../../test/axe';
import { TokenSlotField } from './TokenSlotField';

const onChange = jest.fn();

function SlotForm({ error }: { readonly error?: string }) {
  const [value, setValue] = useState('auto');
  const change = (next: string): void => {
    onChange(next);
    setValue(next);
  };
  const props = { id: 'slot', label: 'Token', value, onChange: change, note: 'Where.' };
  return <TokenSlotField {...props} error={error} />;
}

it('takes a named token or any token ID', async () => {
  const { container } = render(<SlotForm error="Outside the vocabulary." />);
  const select = screen.getByLabelText('Token');
  await userEvent.selectOptions(select, 'bos');
  await userEvent.selectOptions(select, 'Token ID');
  await userEvent.type(screen.getByLabelText('Token: token ID'), '42');
  expect(onChange.mock.calls).toEqual([['bos'], [''], ['4'], ['42']]);
  expect(screen.getByLabelText('Token: token ID')).toBeInvalid();
  expect(select).toHaveAccessibleDescription(/Outside the vocabulary/);
  expect(await findViolations(container)).toEqual([]);
});
