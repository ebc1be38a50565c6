import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { LayoutSwitch } from './LayoutSwitch';

it('says what is shown, and switches', async () => {
  const onChange = jest.fn();
  render(<LayoutSwitch value="cards" onChange={onChange} />);
  expect(screen.getByRole('button', { name: 'Cards' })).toHaveAttribute('aria-pressed', 'true');
  await userEvent.click(screen.getByRole('button', { name: 'Table' }));
  expect(onChange).toHaveBeenCalledWith('table');
});
