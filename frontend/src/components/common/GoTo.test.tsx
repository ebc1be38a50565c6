import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { GoTo } from './GoTo';

const onGo = jest.fn();

it.each([
  ['7', [[7]], '7'],
  ['9999', [[20]], '20'],
  ['-3', [[1]], '1'],
  ['2', [], '2'],
  ['much', [], '2'],
])('goes to the place for “%s”', async (typed, calls, shown) => {
  render(<GoTo id="go" label="Row" value={2} count={20} onGo={onGo} />);
  const input = screen.getByLabelText('Row');
  await userEvent.clear(input);
  await userEvent.type(input, typed);
  await userEvent.click(screen.getByRole('button', { name: 'Go' }));
  expect(onGo.mock.calls).toEqual(calls);
  expect(input).toHaveValue(shown);
});
