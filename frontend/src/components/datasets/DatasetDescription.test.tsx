import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { DatasetDescription } from './DatasetDescription';

it.each([null, '  '])('says that there is none: %j', (text) => {
  render(<DatasetDescription text={text} />);
  expect(screen.getByText('The dataset comes without a description.')).toBeInTheDocument();
});

it('shows a short one whole', () => {
  render(<DatasetDescription text="Short stories." />);
  expect(screen.getByText('Short stories.')).not.toHaveClass('line-clamp-6');
  expect(screen.queryByRole('button')).toBeNull();
});

it('opens a long one at a wish', async () => {
  const text = 'word '.repeat(200).trim();
  render(<DatasetDescription text={text} />);
  expect(screen.getByText(text)).toHaveClass('line-clamp-6');
  await userEvent.click(screen.getByRole('button', { name: 'Show all', expanded: false }));
  expect(screen.getByText(text)).not.toHaveClass('line-clamp-6');
  expect(screen.getByRole('button', { name: 'Show less' })).toBeInTheDocument();
});
