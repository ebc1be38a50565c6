import { render, screen } from '@testing-library/react';

import { SampleColumns } from './SampleColumns';

const columns = { source: 'web', meta: { a: [1, null] }, emoji: '🦊'.repeat(200) };

it('shows each value in short, cut between characters', () => {
  render(<SampleColumns columns={columns} open={false} />);
  expect(screen.getByText(/source: web/)).toBeInTheDocument();
  expect(screen.getByText(/meta: {"a":\[1,null\]}/)).toBeInTheDocument();
  expect(screen.getByText(`• emoji: ${'🦊'.repeat(120)}…`)).toBeInTheDocument();
});

it('shows each value whole once the row is open', () => {
  render(<SampleColumns columns={columns} open />);
  expect(screen.getByText(`emoji: ${'🦊'.repeat(200)}`)).toHaveClass('block');
});
