import { render, screen } from '@testing-library/react';

import { StatTile } from './StatTile';

it('shows a figure in its colour', () => {
  render(
    <dl>
      <StatTile label="Avg Length" value="487.0" colour="blue" note="tokens" />
    </dl>,
  );
  expect(screen.getByText('487.0')).toHaveClass('text-2xl', 'font-bold', 'text-blue-400');
  expect(screen.getByText('tokens')).toHaveClass('text-xs', 'text-slate-500');
});
