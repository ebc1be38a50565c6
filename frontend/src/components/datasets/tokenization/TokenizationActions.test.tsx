import { render, screen } from '@testing-library/react';

import { aTokenization } from '../../../test/fixtures';
import { aReadyTokenization } from '../../../test/tokenFixtures';
import type { Tokenization } from '../../../types/dataset';
import { TokenizationActions } from './TokenizationActions';

const on = { onCancel: jest.fn(), onRetry: jest.fn(), onDelete: jest.fn() };

it.each<[Tokenization, string[]]>([
  [aTokenization(), ['Cancel gpt2', 'Delete the tokenization with gpt2']],
  [aTokenization({ status: 'error' }), ['Retry gpt2', 'Delete the tokenization with gpt2']],
  [aReadyTokenization(), ['Copy the path of gpt2', 'Delete the tokenization with gpt2']],
])('offers what may be done', (tokenization, names) => {
  render(<TokenizationActions tokenization={tokenization} busy={false} {...on} />);
  expect(screen.getAllByRole('button').map((button) => button.getAttribute('aria-label'))).toEqual(names);
});
