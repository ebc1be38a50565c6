import { render, screen, within } from '@testing-library/react';

import { SampleColumns } from './SampleColumns';

const columns = { source: 'web', meta: { a: [1, null] }, emoji: '🦊'.repeat(200) };

it('shortens each value between characters', () => {
  const { container } = render(<SampleColumns columns={columns} open={false} />);
  expect(container).toHaveTextContent(`• source: web • meta: {"a":[1,null]} • emoji: ${'🦊'.repeat(120)}…`);
});

it('shows each value in full once expanded', () => {
  render(<SampleColumns columns={columns} open />);
  expect(screen.getByText('🦊'.repeat(200))).toBeInTheDocument();
});

it('isolates the text direction of names and values', () => {
  render(<SampleColumns columns={{ כותרת: 'שלום (עולם)!' }} open={false} />);
  for (const text of ['כותרת', 'שלום (עולם)!']) expect(screen.getByText(text).tagName).toBe('BDI');
});

it('shows a conversation as bubbles with roles and tool calls', () => {
  const calls = [{ function: { name: 'weather', arguments: { city: 'Oslo' } } }];
  const messages = [
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: null, tool_calls: calls },
  ];
  const { container, rerender } = render(<SampleColumns columns={{ messages }} open={false} />);
  expect(container).toHaveTextContent('• messages: 2 messages');
  rerender(<SampleColumns columns={{ messages }} open />);
  const bubbles = within(screen.getByRole('list', { name: 'Messages of messages' })).getAllByRole('listitem');
  expect(bubbles.map(({ textContent }) => textContent)).toEqual([
    'userWeather?',
    'assistantweather({"city":"Oslo"})',
  ]);
});

it('tells null and the empty text from texts that say so', () => {
  render(<SampleColumns columns={{ a: null, b: '', c: 'null', d: 'empty' }} open={false} />);
  expect(screen.getAllByText('null').map(({ tagName }) => tagName)).toEqual(['EM', 'BDI']);
  expect(screen.getAllByText('empty').map(({ tagName }) => tagName)).toEqual(['EM', 'BDI']);
});
