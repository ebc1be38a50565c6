import { render, screen } from '@testing-library/react';

import { CardHead } from './CardHead';

it('shows what the card is, and what may be done', () => {
  render(<CardHead actions={<button type="button">Do it</button>}>Tales</CardHead>);
  expect(screen.getByText('Tales').nextSibling).toContainElement(
    screen.getByRole('button', { name: 'Do it' }),
  );
});
