import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { UsageSnippets } from './UsageSnippets';

it('shows each snippet with a copy button', async () => {
  const user = userEvent.setup();
  render(<UsageSnippets snippets={[{ title: 'In datasets', code: 'load()' }]} />);
  await user.click(screen.getByRole('button', { name: 'Copy: In datasets' }));
  expect(await navigator.clipboard.readText()).toBe('load()');
});

it('shows nothing without snippets', () => {
  const { container } = render(<UsageSnippets snippets={[]} />);
  expect(container).toBeEmptyDOMElement();
});
