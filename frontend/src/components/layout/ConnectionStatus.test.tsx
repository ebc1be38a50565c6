import { render, screen } from '@testing-library/react';

import { ConnectionStatus } from './ConnectionStatus';

it.each([
  ['connected', 'API Connected', 'text-emerald-400'],
  ['reconnecting', 'Reconnecting…', 'text-yellow-400'],
  ['down', 'API Disconnected', 'text-red-400'],
] as const)('shows that the connection is %s', (connection, text, colour) => {
  render(<ConnectionStatus connection={connection} />);
  expect(screen.getByRole('status')).toHaveTextContent(text);
  expect(screen.getByText('●')).toHaveClass(colour);
});
