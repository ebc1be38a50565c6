import { render, screen } from '@testing-library/react';

import { StatusBadge } from './StatusBadge';

it.each([
  ['downloading', 'text-blue-400'],
  ['processing', 'text-yellow-400'],
  ['ready', 'text-emerald-400'],
  ['error', 'text-red-400'],
] as const)('shows %s in its colour', (status, colour) => {
  render(<StatusBadge status={status} />);
  expect(screen.getByText(status)).toHaveClass(
    'rounded-full',
    'px-3',
    'py-1',
    'bg-slate-800',
    'text-sm',
    'capitalize',
    colour,
  );
});

it('says “cancelled” instead of “error” after a cancellation', () => {
  render(<StatusBadge status="error" cancelled />);
  expect(screen.getByText('cancelled')).toBeInTheDocument();
  expect(screen.queryByText('error')).toBeNull();
});
