import { render, screen } from '@testing-library/react';

import { InfoTile } from './InfoTile';

it('shows a fact with its name', () => {
  render(
    <dl>
      <InfoTile label="Size" note="on disk" wide>
        450.0 MB
      </InfoTile>
    </dl>,
  );
  expect(screen.getByText('Size')).toHaveClass('text-sm', 'text-slate-400', 'mb-1');
  expect(screen.getByText('450.0 MB')).toHaveClass('text-lg', 'font-medium');
  expect(screen.getByText('Size').parentElement).toHaveClass('bg-slate-800/30', 'rounded-lg', 'p-4');
  expect(screen.getByText('on disk')).toBeInTheDocument();
});
