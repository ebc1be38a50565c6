import { render, screen } from '@testing-library/react';

import { SampleColumns } from './SampleColumns';

const columns = { source: 'web', meta: { a: [1, null] }, emoji: '🦊'.repeat(200) };

it('shows each value in short, cut between characters', () => {
  const { container } = render(<SampleColumns columns={columns} open={false} />);
  expect(container).toHaveTextContent(`• source: web • meta: {"a":[1,null]} • emoji: ${'🦊'.repeat(120)}…`);
});

it('shows each value whole once the row is open', () => {
  render(<SampleColumns columns={columns} open />);
  expect(screen.getByText('🦊'.repeat(200))).toBeInTheDocument();
});

it('keeps names and values apart, whichever way they are written', () => {
  render(<SampleColumns columns={{ כותרת: 'שלום (עולם)!' }} open={false} />);
  for (const text of ['כותרת', 'שלום (עולם)!']) expect(screen.getByText(text).tagName).toBe('BDI');
});
