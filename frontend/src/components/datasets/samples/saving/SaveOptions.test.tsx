import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDatasetRoute } from '../../../../utils/route';
import { SaveOptions } from './SaveOptions';
import { useSaveForm } from './useSaveForm';

function Options() {
  return <SaveOptions form={useSaveForm(makeDatasetRoute('ds_1'))} />;
}

it('shows the fields of the chosen amount', async () => {
  render(<Options />);
  expect(screen.queryByLabelText('Seed')).not.toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('How much'), 'A random share');
  await userEvent.type(screen.getByLabelText('Share (%)'), '0');
  expect(screen.getByLabelText('Share (%)')).toHaveValue('100');
  await userEvent.type(screen.getByLabelText('Seed'), '5');
  await userEvent.selectOptions(screen.getByLabelText('How much'), 'The first rows');
  await userEvent.type(screen.getByLabelText('Number of rows'), '1');
  expect(screen.getByLabelText('Number of rows')).toHaveValue('10001');
  expect(screen.queryByLabelText('Seed')).not.toBeInTheDocument();
});
