import { render, screen } from '@testing-library/react';

import { makeStatistics } from '../../../test/tokenizationFixtures';
import { TextFigures } from './TextFigures';

it('shows characters, size, and how many texts are null, empty or repaired', () => {
  const counts = { characters: 123_456, text_bytes: 2048, null_texts: 7, empty_texts: 5, invalid_texts: 2 };
  render(<TextFigures statistics={makeStatistics(counts)} />);
  const texts = screen.getByRole('region', { name: 'Texts of All Splits' });
  expect(texts).toHaveTextContent('Characters123,456');
  expect(texts).toHaveTextContent('Size of the texts2.0 KB');
  expect(texts).toHaveTextContent('Null texts7Empty texts5Repaired texts2');
});
