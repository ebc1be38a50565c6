import { render, screen } from '@testing-library/react';

import { MixtureShares } from './MixtureShares';

it('shows the shares as they came out', () => {
  const part = { dataset_id: 'ds_1', split: 'train', wanted: '0.6', max_repeats: 3, available_rows: 5 };
  render(
    <MixtureShares
      mixture={{
        ...{
          by: 'tokens',
          total: 100,
          seed: 7,
          rows: 30,
          amount: 100,
          tokenizer: 'gpt2',
          tokenizer_revision: null,
        },
        parts: [
          { ...part, label: 'web', available_amount: 25, rows: 20, amount: 60, share: 0.6, repeats: 2.4 },
          { ...part, label: 'chat', available_amount: 80, rows: 10, amount: 40, share: 0.4, repeats: 0.5 },
        ],
      }}
    />,
  );
  expect(screen.getByText('web').closest('li')).toHaveTextContent(
    'web • train60.0% • 60 tokens • 20 rows • 2.40 times',
  );
  expect(screen.getByText('chat').closest('li')).toHaveTextContent('chat • train40.0% • 40 tokens • 10 rows');
  expect(screen.getByText('Shares count tokens of gpt2. Seed 7.')).toBeInTheDocument();
});
