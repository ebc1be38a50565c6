import { render, screen } from '@testing-library/react';

import { CardHead } from './CardHead';

it('shows the card’s subject and its actions', () => {
  render(<CardHead actions={<button type="button">Do it</button>}>Tales</CardHead>);
  expect(screen.getByText('Tales').nextSibling).toContainElement(
    screen.getByRole('button', { name: 'Do it' }),
  );
});
