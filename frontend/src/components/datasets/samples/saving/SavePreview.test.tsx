import { render, screen } from '@testing-library/react';

import { makeSubsetPreview } from '../../../../test/fixtures';
import { SavePreview } from './SavePreview';

it('shows counts, and rows of both kinds', () => {
  const kept = [{ split: 'train', row: 4, text: '' }];
  const { rerender } = render(<SavePreview preview={makeSubsetPreview({ kept })} />);
  expect(screen.getByRole('status')).toHaveTextContent('50 rows of 100 kept, 50 dropped.');
  expect(screen.getByRole('region', { name: 'Kept' })).toHaveTextContent('train 4no text');
  expect(screen.getByRole('region', { name: 'Dropped' })).toHaveTextContent('train 1cat 1');
  const late = { taken: null, note: 'The job counts them.', kept: [], dropped: [] };
  rerender(<SavePreview preview={makeSubsetPreview(late)} />);
  expect(screen.getByRole('status')).toHaveTextContent('The job counts them.');
  expect(screen.queryByRole('region')).not.toBeInTheDocument();
});
