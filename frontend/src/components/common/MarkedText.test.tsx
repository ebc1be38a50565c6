import { render, screen } from '@testing-library/react';

import { MarkedText } from './MarkedText';

it('marks only the hits', () => {
  const { container } = render(<MarkedText text="a cat and a dog" marks={[[2, 5]]} />);
  expect(screen.getByText('cat').tagName).toBe('MARK');
  expect(container).toHaveTextContent('a cat and a dog');
});
