import { fireEvent, render, screen } from '@testing-library/react';

import { makeWhatIf } from '../../../test/tokenizationFixtures';
import { WhatIfCosts } from './WhatIfCosts';

it('shows the costs of the selected length for every layout', () => {
  render(<WhatIfCosts whatIf={makeWhatIf([64, 2048])} />);
  const slider = screen.getByRole('slider', { name: /max_length/ });
  expect(slider).toHaveAttribute('aria-valuetext', '2,048 tokens');
  fireEvent.change(slider, { target: { value: '0' } });
  expect(slider).toHaveAttribute('aria-valuetext', '64 tokens');
  const table = screen.getByRole('table', { name: 'Costs at 64 tokens per row' });
  expect(table).toHaveTextContent('Tokens lost25.0%25.0%25.0%');
  expect(screen.getByText('90.0% of documents fit (64).')).toBeInTheDocument();
});

it('shows nothing without lengths', () => {
  const { container } = render(<WhatIfCosts whatIf={makeWhatIf([])} />);
  expect(container).toBeEmptyDOMElement();
});
