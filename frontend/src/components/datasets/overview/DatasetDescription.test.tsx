import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import DatasetDescription from './DatasetDescription';

it.each([null, '  \n', '<!-- a hint of the template -->'])('says that there is none: %j', (text) => {
  render(<DatasetDescription text={text} />);
  expect(screen.getByText('No description provided.')).toBeInTheDocument();
});

it('shows a short description in full', () => {
  render(<DatasetDescription text={'# Stories\n\nShort stories.'} />);
  expect(screen.getByRole('heading', { name: 'Stories' })).toBeInTheDocument();
  expect(screen.getByText('Short stories.')).toBeInTheDocument();
  expect(screen.queryByRole('button')).toBeNull();
});

it('expands a long description on request', async () => {
  const paragraph = 'word '.repeat(100).trim();
  render(<DatasetDescription text={`${paragraph}\n\n${paragraph}\n\nThe end.`} />);
  expect(screen.queryByText('The end.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Show all', expanded: false }));
  expect(screen.getByText('The end.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show less', expanded: true }));
  expect(screen.queryByText('The end.')).toBeNull();
});
