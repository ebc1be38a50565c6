import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { MixPreview } from '../../../types/dataset';
import { MixParts } from './MixParts';
import type { MixForm } from './useMixForm';

const PART = { dataset: 'ds_1', split: 'train', label: 'web', available_rows: 1000 };
const form: MixForm = {
  parts: [
    {
      dataset: { id: 'ds_1', name: 'web' },
      split: 'train',
      splits: ['train', 'test'],
      share: '60',
      repeats: '3',
    },
  ],
  choices: { name: '', by: 'tokens', tokenizer: 'gpt2', total: '', seed: '0' },
  changePart: jest.fn(),
  change: jest.fn(),
  problem: null,
  request: { parts: [] },
};

it('shows what a part would contribute, as far as it is known', async () => {
  const { rerender } = render(<MixParts form={form} preview={null} />);
  expect(screen.getByText('Counting…')).toBeInTheDocument();
  const unknown: MixPreview = {
    ...{ by: 'tokens', total: null },
    parts: [{ ...PART, available: null, target: null, rows: null, share: null, repeats: null }],
  };
  rerender(<MixParts form={form} preview={unknown} />);
  expect(screen.getByText('It has 1,000 rows. The job counts their tokens.')).toBeInTheDocument();
  const known: MixPreview = {
    ...{ by: 'tokens', total: 25000 },
    parts: [{ ...PART, available: 10000, target: 15000, rows: 1500, share: 0.6, repeats: 1.5 }],
  };
  rerender(<MixParts form={form} preview={known} />);
  expect(
    screen.getByText(
      'It has 1,000 rows and 10,000 tokens; 15,000 tokens are taken, about 1,500 rows, each up to 2 times: 60.0%.',
    ),
  ).toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('Split'), 'test');
  expect(form.changePart).toHaveBeenCalledWith(0, { split: 'test' });
});
