import { render, screen } from '@testing-library/react';

import { ProgressBar } from './ProgressBar';

it.each([
  [45.23, '45.2', '45.2%'],
  [-5, '0', '0.0%'],
  [130, '100', '100.0%'],
])('clamps %d to 0–100 and shows one decimal', (value, now, text) => {
  render(<ProgressBar value={value} label="Progress" />);
  const bar = screen.getByRole('progressbar', { name: 'Progress' });
  expect(bar).toHaveAttribute('aria-valuenow', now);
  expect(bar).toHaveAttribute('aria-valuemin', '0');
  expect(bar).toHaveAttribute('aria-valuemax', '100');
  expect(bar).toHaveClass('bg-slate-800', 'rounded-full', 'h-2');
  expect(screen.getByText(text)).toBeInTheDocument();
});

it('fills the track to the percentage', () => {
  render(<ProgressBar value={45.2} label="Progress" />);
  const fill = screen.getByRole('progressbar').firstElementChild;
  expect(fill).toHaveStyle({ width: '45.2%' });
  expect(fill).toHaveClass('bg-emerald-500', 'h-2', 'rounded-full', 'transition-all', 'duration-300');
});

it('says that the percentage is of all phases, where its text tells of one', () => {
  render(
    <ProgressBar value={45.2} label="Progress" overall>
      Reading • 10 of 10 rows
    </ProgressBar>,
  );
  expect(screen.getByText('45.2%').parentElement).toHaveTextContent('45.2% overall');
});

it('is indeterminate if the total is unknown', () => {
  render(
    <ProgressBar value={null} label="Progress">
      Planning
    </ProgressBar>,
  );
  expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
  expect(screen.getByText('Planning')).toBeInTheDocument();
  expect(screen.queryByText(/%/)).toBeNull();
});
