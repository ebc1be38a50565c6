import { render, screen } from '@testing-library/react';

import { CellValue, isCode } from './CellValue';

it('shows null, an empty text and the text null differently', () => {
  const { rerender } = render(<CellValue value={null} />);
  expect(screen.getByText('null').tagName).toBe('EM');
  rerender(<CellValue value="" />);
  expect(screen.getByText('empty')).toBeInTheDocument();
  rerender(<CellValue value="null" />);
  expect(screen.getByText('null').tagName).toBe('BDI');
  rerender(<CellValue value={{ a: [1] }} />);
  expect(screen.getByText('{"a":[1]}')).toHaveClass('font-mono');
});

it('sets code in a monospaced font', () => {
  expect(isCode('def f(x):\n    return x')).toBe(true);
  expect(isCode('for (;;) {\n')).toBe(true);
  expect(isCode('Once upon a time; there was.')).toBe(false);
});
