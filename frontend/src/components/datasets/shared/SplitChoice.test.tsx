import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { SplitChoice } from './SplitChoice';

function Page({ available }: { readonly available: readonly string[] }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  return (
    <>
      <SplitChoice available={available} chosen={chosen} onChange={setChosen} />
      <output>{chosen.join(',')}</output>
    </>
  );
}

it('chooses splits, and gives them up', async () => {
  render(<Page available={['train', 'test']} />);
  await userEvent.click(screen.getByRole('checkbox', { name: 'test' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'train' }));
  expect(screen.getByRole('status')).toHaveTextContent('test,train');
  await userEvent.click(screen.getByRole('checkbox', { name: 'test' }));
  expect(screen.getByRole('status')).toHaveTextContent('train');
});

it('says when they will be known', () => {
  render(<Page available={[]} />);
  expect(screen.getByText(/Known once the repository is/)).toBeInTheDocument();
});

it('shows what was chosen though the Hub does not name it', () => {
  render(<SplitChoice available={['train']} chosen={['old']} onChange={jest.fn()} />);
  expect(screen.getByRole('checkbox', { name: 'old' })).toBeChecked();
});
