import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';

import { SplitChoice } from './SplitChoice';

function Page({ splits }: { readonly splits: readonly string[] }) {
  const [selected, setChosen] = useState<readonly string[]>([]);
  return (
    <>
      <SplitChoice splits={splits} selected={selected} onChange={setChosen} />
      <output>{selected.join(',')}</output>
    </>
  );
}

it('selects and deselects splits', async () => {
  render(<Page splits={['train', 'test']} />);
  await userEvent.click(screen.getByRole('checkbox', { name: 'test' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'train' }));
  expect(screen.getByRole('status')).toHaveTextContent('test,train');
  await userEvent.click(screen.getByRole('checkbox', { name: 'test' }));
  expect(screen.getByRole('status')).toHaveTextContent('train');
});

it('explains when splits can be chosen', () => {
  render(<Page splits={[]} />);
  expect(screen.getByText(/Enter a repository to choose its splits/)).toBeInTheDocument();
});

it('shows a selected split that the Hub does not name', () => {
  render(<SplitChoice splits={['train']} selected={['old']} onChange={jest.fn()} />);
  expect(screen.getByRole('checkbox', { name: 'old' })).toBeChecked();
});
