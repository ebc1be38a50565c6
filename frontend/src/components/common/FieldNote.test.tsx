import { render, screen } from '@testing-library/react';

import { FieldNote } from './FieldNote';

it('shows what a field does and what is wrong with it', () => {
  const { rerender } = render(<FieldNote text="Does this." />);
  expect(screen.getByText('Does this.')).toBeInTheDocument();
  expect(screen.queryByRole('alert')).toBeNull();
  rerender(<FieldNote text="Does this." error="Not so." />);
  expect(screen.getByRole('alert')).toHaveTextContent('Not so.');
});
