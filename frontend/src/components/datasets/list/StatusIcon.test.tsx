import { render } from '@testing-library/react';

import { StatusIcon } from './StatusIcon';

it.each([
  ['ready', 'text-emerald-400'],
  ['downloading', 'text-blue-400'],
  ['processing', 'text-yellow-400'],
  ['error', 'text-red-400'],
] as const)('shows %s as a decorative icon', (status, colour) => {
  const { container } = render(<StatusIcon status={status} />);
  expect(container.querySelector('svg')).toHaveClass('w-5', 'h-5', colour);
  expect(container.querySelector('svg')).toHaveAttribute('aria-hidden', 'true');
});

it('spins while the dataset downloads', () => {
  const { container } = render(<StatusIcon status="downloading" />);
  expect(container.querySelector('svg')).toHaveClass('animate-spin');
});

it('is not red after a cancellation', () => {
  const { container } = render(<StatusIcon status="error" cancelled />);
  expect(container.querySelector('svg')).not.toHaveClass('text-red-400');
});
