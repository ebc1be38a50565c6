import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import type { TokenView } from '../../types/dataset';
import { TokenChips } from './TokenChips';

const TOKENS: TokenView[] = [
  { id: 50_256, text: '<|endoftext|>', kind: 'special' },
  { id: 7454, text: 'Once', kind: 'data' },
  { id: 2402, text: ' upon\n', kind: 'data' },
  { id: 0, text: '', kind: 'padding' },
];

it('shows each token with its id in the title and white space as symbols', () => {
  render(<TokenChips tokens={TOKENS} label="Tokens" />);
  const chips = within(screen.getByRole('list', { name: 'Tokens' })).getAllByRole('listitem');
  expect(chips.map(({ textContent }) => textContent)).toEqual(['<|endoftext|>', 'Once', '·upon↵', '∅']);
  expect(screen.getByText('Once')).toHaveAttribute('title', 'id 7454');
});

it('reports which token was pressed', async () => {
  const onSelectToken = jest.fn();
  render(<TokenChips tokens={TOKENS} label="Tokens" onSelectToken={onSelectToken} />);
  await userEvent.click(screen.getByRole('button', { name: 'Once' }));
  expect(onSelectToken).toHaveBeenCalledWith(1);
});

it('shows all of many tokens on request', async () => {
  const tokens = Array.from({ length: 500 }, (_, id) => ({ id, text: 'a', kind: 'data' }) as const);
  render(<TokenChips tokens={tokens} label="Tokens" />);
  expect(screen.getAllByRole('listitem')).toHaveLength(400);
  await userEvent.click(screen.getByRole('button', { name: 'Show all 500 tokens' }));
  expect(screen.getAllByRole('listitem')).toHaveLength(500);
});

it.each([undefined, jest.fn()])(
  'shows each token in the direction that it is written in',
  (onSelectToken) => {
    const tokens: TokenView[] = [{ id: 1, text: 'שלום!', kind: 'data' }];
    render(
      <TokenChips
        tokens={tokens}
        label="Tokens"
        {...(onSelectToken === undefined ? {} : { onSelectToken })}
      />,
    );
    expect(screen.getByText('שלום!')).toHaveAttribute('dir', 'auto');
  },
);
