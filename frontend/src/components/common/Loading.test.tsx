import { render, screen } from '@testing-library/react';

import { Loading } from './Loading';

it('says what is on its way, in the room that it will take', () => {
  render(<Loading>Loading statistics…</Loading>);
  expect(screen.getByRole('status')).toHaveTextContent('Loading statistics…');
  expect(screen.getByRole('status')).toHaveClass('min-h-[calc(90vh-13.25rem)]');
});
