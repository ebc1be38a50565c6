import { render, screen } from '@testing-library/react';

import { Notice } from './Notice';

it('shows its words as a paragraph', () => {
  render(<Notice>All texts are empty.</Notice>);
  expect(screen.getByText('All texts are empty.').tagName).toBe('P');
});
