import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { findViolations } from '../../test/axe';
import { Toggle } from './Toggle';

it('is a switch with a name and a note, for mouse and keyboard', async () => {
  const onChange = jest.fn();
  const { container } = render(<Toggle id="mask" label="Mask" note="Written too." on onChange={onChange} />);
  const toggle = screen.getByRole('switch', { name: 'Mask', checked: true });
  expect(toggle).toHaveAccessibleDescription('Written too.');
  expect(toggle).toHaveClass('bg-emerald-600');
  await userEvent.click(toggle);
  await userEvent.keyboard(' ');
  expect(onChange.mock.calls).toEqual([[false], [false]]);
  expect(await findViolations(container)).toEqual([]);
});
