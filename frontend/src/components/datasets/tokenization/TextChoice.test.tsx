import { render, screen } from '@testing-library/react';

import { makeDetail } from '../../../test/fixtures';
import { makeForm } from '../../../test/tokenizationForm';
import { TextChoice } from './TextChoice';

it.each([
  [{}, {}, 'Text: column “text”. It is called “text”.'],
  [{ text_column: 'story' }, {}, 'Text: column “story”. Chosen below.'],
  [{ text_template: '{a}-{b}' }, {}, 'Text: template “{a}-{b}”. Chosen below.'],
  [{}, { text_template: '{id}' }, 'Text: template “{id}”.'],
  [{}, { text_column: null }, 'Text: not known yet.'],
])('says what will be tokenized and why', (values, changes, expected) => {
  render(<TextChoice form={makeForm(values)} dataset={makeDetail(changes)} />);
  expect(screen.getByText(/^Text:/)).toHaveTextContent(expected);
});
