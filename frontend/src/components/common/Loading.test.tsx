import { render, screen } from '@testing-library/react';

import { Loading } from './Loading';

it('says what is loading', () => {
  render(<Loading>Loading statistics…</Loading>);
  expect(screen.getByRole('status')).toHaveTextContent('Loading statistics…');
});
