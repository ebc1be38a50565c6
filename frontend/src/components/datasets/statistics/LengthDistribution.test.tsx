import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { findViolations } from '../../../test/axe';
import { makeTokenStatistics } from '../../../test/tokenizationFixtures';
import { LengthDistribution } from './LengthDistribution';

it('shows the lengths as a table, linear or logarithmic', async () => {
  const { container } = render(<LengthDistribution tokens={makeTokenStatistics()} />);
  const table = screen.getByRole('table', { name: 'Samples by length in tokens' });
  expect(table).toHaveTextContent('1–100150101–2009,850');
  expect(await findViolations(container)).toEqual([]);
  const logarithmic = screen.getByRole('button', { name: 'Use log scale', pressed: false });
  await userEvent.click(logarithmic);
  expect(logarithmic).toHaveAttribute('aria-pressed', 'true');
  expect(table).toHaveTextContent('8–153');
});

it('starts logarithmic if one bar has nearly all samples', () => {
  const bins = [
    { start: 0, end: 4_999, count: 5_979 },
    { start: 5_000, end: 9_999, count: 6 },
  ];
  render(<LengthDistribution tokens={{ ...makeTokenStatistics(), p99: 332, linear_bins: bins }} />);
  expect(screen.getByRole('button', { name: 'Use log scale', pressed: true })).toBeVisible();
  expect(screen.getByRole('table')).not.toHaveTextContent('5,979');
});
