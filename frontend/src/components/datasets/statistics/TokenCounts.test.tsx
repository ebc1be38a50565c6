import { render, screen } from '@testing-library/react';

import { findViolations } from '../../../test/axe';
import { makeTokenStatistics } from '../../../test/tokenizationFixtures';
import { TokenCounts } from './TokenCounts';

it('shows the most and the least frequent tokens and the special ones', async () => {
  const tokens = {
    ...makeTokenStatistics(),
    most_frequent: [{ id: 11, text: ' the', count: 250 }],
    least_frequent: [{ id: 99, text: '\n', count: 1 }],
    special_tokens: [{ id: 0, text: '<|endoftext|>', count: 3 }],
  };
  const { container } = render(<TokenCounts tokens={tokens} />);
  expect(screen.getByRole('table', { name: 'Most frequent' })).toHaveTextContent('·the250');
  expect(screen.getByRole('table', { name: /^Least frequent/ })).toHaveTextContent('↵1');
  expect(screen.getByRole('table', { name: /^Special tokens/ })).toHaveTextContent('<|endoftext|>3');
  expect(screen.getByText('·the')).toHaveAttribute('title', 'id 11');
  expect(await findViolations(container)).toEqual([]);
});

it('says that no special token occurs', () => {
  render(<TokenCounts tokens={{ ...makeTokenStatistics(), most_frequent: [], special_tokens: [] }} />);
  expect(screen.getByText('Special tokens, inserted or in the texts').parentElement).toHaveTextContent(
    'None.',
  );
});
