import { render, screen } from '@testing-library/react';

import { makeTokenization } from '../../../test/fixtures';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import type { Tokenization } from '../../../types/dataset';
import { TokenizationActions } from './TokenizationActions';

const on = { onCancel: jest.fn(), onRetry: jest.fn(), onDelete: jest.fn() };

it.each<[Tokenization, string[]]>([
  [makeTokenization(), ['Cancel gpt2', 'Delete the tokenization with gpt2']],
  [makeTokenization({ status: 'error' }), ['Retry gpt2', 'Delete the tokenization with gpt2']],
  [makeReadyTokenization(), ['Copy the path of gpt2', 'Delete the tokenization with gpt2']],
])('offers the actions of each status', (tokenization, names) => {
  render(<TokenizationActions tokenization={tokenization} busy={false} {...on} />);
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual(names);
});
