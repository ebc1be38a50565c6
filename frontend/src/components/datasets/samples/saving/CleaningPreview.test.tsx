import { render, screen } from '@testing-library/react';

import { makeSubsetPreview } from '../../../../test/fixtures';
import { CleaningPreview } from './CleaningPreview';

it('shows the counts of each step, and rows that it keeps and drops', () => {
  const row = { row: 0, reason: null, text: 'a cat', duplicate_of: null, duplicate_text: null };
  const copy = { row: 1, reason: 'duplicate', text: '', duplicate_of: 0, duplicate_text: 'a cat' };
  const ledger = { kind: 'dedup_exact', rows: 10, kept: 9, dropped: { duplicate: 1 } };
  const steps = [{ ledger, kept: [row], dropped: [copy], clusters: [] }];
  const { rerender } = render(<CleaningPreview preview={makeSubsetPreview({ sample_rows: 10, steps })} />);
  const region = screen.getByRole('region', { name: 'Cleaning of a sample' });
  expect(region).toHaveTextContent('Cleaning of a sample of 10 rows');
  expect(region).toHaveTextContent('dedup exact: 9 of 10 kept • dropped: 1 duplicate');
  expect(screen.getByRole('list', { name: 'Kept by dedup exact' })).toHaveTextContent('kepta cat');
  expect(screen.getByRole('list', { name: 'Dropped by dedup exact' })).toHaveTextContent(
    'duplicateno textstays: a cat',
  );
  rerender(<CleaningPreview preview={makeSubsetPreview()} />);
  expect(screen.queryByRole('region')).not.toBeInTheDocument();
});
