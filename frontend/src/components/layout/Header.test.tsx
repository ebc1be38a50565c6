import { render, screen } from '@testing-library/react';

import { Header } from './Header';

it('shows the studio’s name, the connection and the disk', async () => {
  render(<Header connection="connected" />);
  expect(screen.getByRole('heading', { level: 1, name: 'MechInterp Studio' })).toHaveClass(
    'text-xl',
    'font-semibold',
  );
  expect(screen.getByText('Edge AI Feature Discovery Platform')).toBeInTheDocument();
  expect(screen.getByText('API Connected')).toBeInTheDocument();
  expect(await screen.findByText(/free/)).toBeInTheDocument();
  expect(screen.getByRole('banner')).toHaveClass(
    'border-b',
    'border-slate-800',
    'bg-slate-900/50',
    'backdrop-blur',
  );
});
