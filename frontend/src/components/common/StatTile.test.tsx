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

it.each([
  ['1,234,56', []],
  ['59,396,521', ['max-sm:text-xl']],
  ['1,234,567,890', ['max-sm:text-base']],
  ['1,234,567,890,123', ['max-sm:text-xs']],
])('shrinks %s on a phone only as far as needed', (value, smaller) => {
  render(
    <dl>
      <StatTile label="Total Tokens" value={value} colour="blue" />
    </dl>,
  );
  const sizes = [...screen.getByText(value).classList].filter((name) => name.startsWith('max-sm:'));
  expect(sizes).toEqual(smaller);
});
